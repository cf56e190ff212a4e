import { type DestinationStream, type LevelWithSilent, type Logger, pino, stdTimeFunctions } from "pino";
import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import { createLogOutput, type LogOutput } from "./log-output.ts";
import { noSpan, type StartSpan } from "./span.ts";

/** How a service says what it does. Made once per process and handed on; there is no global one. */
export interface Telemetry {
  readonly log: Logger;
  /** This process's own registry; metrics are named `portcullis_<service>_<thing>_<unit>`. */
  readonly metrics: Registry;
  readonly span: StartSpan;
  /** Resolves once all lines are written, or after a second. To be called before the process exits. */
  readonly flush: () => Promise<void>;
}

export interface TelemetryOptions {
  /** Stands in every log line as `service`. */
  readonly service: string;
  /** `silent` writes nothing. */
  readonly logLevel: LevelWithSilent;
  /** Default: standard output, where lines are dropped rather than waited for, and counted. */
  readonly logDestination?: DestinationStream;
  /** Whether `metrics` holds those of the process (`portcullis_process_…`, `portcullis_nodejs_…`). Default true. */
  readonly withProcessMetrics?: boolean;
}

/** JSON log lines, a metrics registry and spans that are off. */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const metrics = new Registry();
  if (options.withProcessMetrics ?? true) collectDefaultMetrics({ register: metrics, prefix: "portcullis_" });
  const output = options.logDestination === undefined ? toStandardOutput(metrics) : undefined;
  const log = pino(
    {
      level: options.logLevel,
      base: { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.logDestination ?? output,
  );
  return { log, metrics, span: noSpan, flush: () => output?.flush() ?? Promise.resolve() };
}

function toStandardOutput(metrics: Registry): LogOutput {
  const dropped = new Counter({
    name: "portcullis_log_lines_dropped_total",
    help: "Log lines that were dropped because standard output could not take them: a full disk, or a reader that hangs.",
    registers: [metrics],
  });
  return createLogOutput(1, { onDropped: () => dropped.inc() });
}
