import { ConfigError, type ConfigSources, loadConfig } from "@portcullis/config";
import { createShutdown, createTelemetry, type Shutdown, StartError, type Telemetry, type TelemetryOptions } from "@portcullis/telemetry";
import type { Static, TObject } from "typebox";
import { helpText } from "./help-text.ts";
import { describeOpenFileLimit } from "./open-file-limit.ts";
import { readArguments } from "./read-arguments.ts";
import { readConfigFile } from "./read-config-file.ts";
import { stopped } from "./stop-on-signals.ts";
import type { Surroundings } from "./surroundings.ts";

/** A service, as what runs it needs to know it. */
export interface Service<Schema extends TObject> {
  /** `webhook`: in its log lines, in `--help`, and as `portcullis-webhook: …` before what goes wrong. */
  readonly name: string;
  readonly schema: Schema;
  /** Rules over several settings. */
  readonly check?: NonNullable<ConfigSources<Static<Schema>>["check"]>;
  readonly telemetry: (config: Readonly<Static<Schema>>) => Omit<TelemetryOptions, "service">;
  /** How long everything together may take to close. */
  readonly shutdownTimeoutMs: (config: Readonly<Static<Schema>>) => number;
  /** Resolves once it serves. Adds what it opened to `shutdown` in the order of closing, which also runs where it rejects. */
  readonly start: (config: Readonly<Static<Schema>>, telemetry: Telemetry, shutdown: Shutdown) => Promise<unknown>;
  /**
   * What to say of an error that whoever runs the service can mend; undefined for any other, which is a programming mistake.
   * Not asked about `ConfigError` and `StartError`: these say it themselves.
   */
  readonly explain?: (error: unknown) => string | undefined;
}

/** Runs a service until it is told to stop. Resolves with the exit status: 0, or 2 after what was wrong and what to do. */
export async function runService<Schema extends TObject>(service: Service<Schema>, surroundings: Surroundings): Promise<0 | 2> {
  const { name, schema } = service;
  try {
    const flags = readArguments(surroundings.args);
    if (flags["help"] !== undefined) {
      surroundings.print(helpText(name, schema));
      return 0;
    }
    return await serve(service, await loadServiceConfig(service, flags, surroundings.env), surroundings.stop);
  } catch (error) {
    const explanation = error instanceof ConfigError || error instanceof StartError ? error.message : service.explain?.(error);
    if (explanation === undefined) throw error;
    surroundings.printError(`portcullis-${name}: ${withCode(explanation, error)}\n`);
    return 2;
  }
}

/** The code of an error, by which `docs/errors.md` explains it, stands at the end of its first line. */
function withCode(explanation: string, error: unknown): string {
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) return explanation;
  const [first = "", ...others] = explanation.split("\n");
  return [`${first} (${error.code})`, ...others].join("\n");
}

async function loadServiceConfig<Schema extends TObject>(
  { schema, check }: Service<Schema>,
  flags: Readonly<Record<string, string | boolean>>,
  env: Surroundings["env"],
): Promise<Readonly<Static<Schema>>> {
  const { config: path = env["PORTCULLIS_CONFIG"], ...settings } = flags;
  const file = typeof path === "string" ? await readConfigFile(path) : undefined;
  return loadConfig(schema, {
    file,
    env,
    flags: settings,
    otherVariables: ["PORTCULLIS_CONFIG"],
    ...(check === undefined ? {} : { check }),
  });
}

async function serve<Schema extends TObject>(
  service: Service<Schema>,
  config: Readonly<Static<Schema>>,
  stop: AbortSignal,
): Promise<0 | 2> {
  const telemetry = createTelemetry({ ...service.telemetry(config), service: service.name });
  const timeoutMs = service.shutdownTimeoutMs(config);
  const shutdown = createShutdown({ log: telemetry.log, timeoutMs });
  try {
    const limit = await describeOpenFileLimit();
    if (limit !== undefined) telemetry.log.warn(limit);
    await service.start(config, telemetry, shutdown);
    await stopped(stop);
    telemetry.log.info({ timeoutMs }, "draining");
    return (await shutdown.run()).isClean ? 0 : 2;
  } catch (error) {
    await shutdown.run();
    throw error;
  } finally {
    await telemetry.flush();
  }
}
