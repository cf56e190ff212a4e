import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { ConfigError, describeConfig, loadConfig } from "@portcullis/config";
import { PkiError } from "@portcullis/pki";
import { PolicyFolderError } from "@portcullis/policy-bus";
import { createShutdown, createTelemetry, StartError } from "@portcullis/telemetry";
import { type DecisionConfig, decisionSchema } from "./config.ts";
import { startDecision } from "./start-decision.ts";

/** What the decision service sees of the process it runs in. */
export interface DecisionProcess {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the process shall end. */
  readonly stop: AbortSignal;
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
}

const closeTimeoutMs = 5_000;

/** Runs the decision service until it is told to stop. Resolves with the exit status: 0, or 2 after what was wrong and what to do. */
export async function runDecision(surroundings: DecisionProcess): Promise<0 | 2> {
  try {
    const flags = readFlags(surroundings.args);
    if (flags["help"] !== undefined) {
      surroundings.print(helpText());
      return 0;
    }
    return await serve(await loadDecisionConfig(flags, surroundings.env), surroundings.stop);
  } catch (error) {
    if (!isExpected(error)) throw error;
    surroundings.printError(`portcullis-decision: ${describe(error)}\n`);
    return 2;
  }
}

async function serve(config: DecisionConfig, stop: AbortSignal): Promise<0 | 2> {
  const telemetry = createTelemetry({ service: "decision", logLevel: config.logLevel });
  const { drainDelayMs, drainTimeoutMs } = config.decision;
  const shutdown = createShutdown({ log: telemetry.log, timeoutMs: drainDelayMs + 2 * drainTimeoutMs + closeTimeoutMs });
  try {
    await startDecision(config, telemetry, shutdown);
    await aborted(stop);
    telemetry.log.info({ drainDelayMs }, "draining");
  } catch (error) {
    await shutdown.run();
    throw error;
  }
  return (await shutdown.run()).isClean ? 0 : 2;
}

type Flags = Readonly<Record<string, string | boolean>>;

/** `--name value`, `--name=value` and `--help`; which names there are is for `loadConfig` to say. */
function readFlags(args: readonly string[]): Flags {
  const { tokens } = parseArgs({ args: [...args], strict: false, tokens: true, allowPositionals: true });
  const flags: Record<string, string | boolean> = {};
  let open: string | undefined;
  for (const token of tokens) {
    if (token.kind === "option") {
      flags[token.name] = token.value ?? true;
      open = token.value === undefined ? token.name : undefined;
    } else if (token.kind === "positional" && open !== undefined) {
      flags[open] = token.value;
      open = undefined;
    } else if (token.kind === "positional") {
      throw new ConfigError([{ key: "", origin: token.value, message: "is no option; every setting is written --name value" }]);
    }
  }
  return flags;
}

async function loadDecisionConfig(flags: Flags, env: DecisionProcess["env"]): Promise<DecisionConfig> {
  const { config: path = env["PORTCULLIS_CONFIG"], ...settings } = flags;
  const file = typeof path === "string" ? { path, text: await readConfigFile(path) } : undefined;
  return loadConfig(decisionSchema, { file, env, flags: settings, otherVariables: ["PORTCULLIS_CONFIG"] });
}

async function readConfigFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([{ key: "", origin: "--config", message: `"${path}" cannot be read: ${reason}` }]);
  }
}

type ExpectedError = ConfigError | PkiError | PolicyFolderError | StartError;

function isExpected(error: unknown): error is ExpectedError {
  return [ConfigError, PkiError, PolicyFolderError, StartError].some((known) => error instanceof known);
}

function describe(error: ExpectedError): string {
  if (!(error instanceof PolicyFolderError) || error.code !== "policy-folder-invalid") return error.message;
  const lines = error.problems.map(({ file, line, field, message }) => `  ${file}:${line}: ${field === "" ? "" : `${field}: `}${message}`);
  return ["the policies do not compile; mend what follows and start again", ...lines].join("\n");
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function helpText(): string {
  const settings = describeConfig(decisionSchema).map(({ flag, expects, default: preset, description }) => {
    const fallback = preset === undefined ? "" : ` (default ${preset})`;
    return `  ${flag}\n      ${description}; ${expects}${fallback}\n`;
  });
  return `Usage: decision [--config FILE] [--SETTING VALUE]…\n\nSettings, also in FILE and as PORTCULLIS_… variables:\n${settings.join("")}`;
}
