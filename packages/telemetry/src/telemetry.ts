import { type DestinationStream, destination, type LevelWithSilent, type Logger, pino, stdTimeFunctions } from "pino";
import { collectDefaultMetrics, Registry } from "prom-client";
import { noSpan, type StartSpan } from "./span.ts";

/** How a service says what it does. Made once per process and handed on; there is no global one. */
export interface Telemetry {
  readonly log: Logger;
  /** This process's own registry; metrics are named `portcullis_<service>_<thing>_<unit>`. */
  readonly metrics: Registry;
  readonly span: StartSpan;
}

export interface TelemetryOptions {
  /** Stands in every log line as `service`. */
  readonly service: string;
  /** `silent` writes nothing. */
  readonly logLevel: LevelWithSilent;
  /** Default: standard output. */
  readonly logDestination?: DestinationStream;
  /** Whether `metrics` holds those of the process (`portcullis_process_…`, `portcullis_nodejs_…`). Default true. */
  readonly withProcessMetrics?: boolean;
}

/** JSON log lines, a metrics registry and spans that are off. */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const metrics = new Registry();
  if (options.withProcessMetrics ?? true) collectDefaultMetrics({ register: metrics, prefix: "portcullis_" });
  const log = pino(
    {
      level: options.logLevel,
      base: { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.logDestination ?? destination({ dest: 1, sync: true }),
  );
  return { log, metrics, span: noSpan };
}
