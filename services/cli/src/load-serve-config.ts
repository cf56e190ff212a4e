import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { loadConfig } from "@portcullis/config";
import { checkWebhookConfig } from "@portcullis/webhook/config";
import { optionVariables } from "./bus-options.ts";
import { CliError } from "./cli-error.ts";
import { listOption, type OptionValues, textOption } from "./command-definition.ts";
import { type ServeConfig, serveSchema } from "./serve-config.ts";
import type { Terminal } from "./terminal.ts";

/** Variables of this command that are no settings. */
const otherVariables = ["PORTCULLIS_CONFIG", "PORTCULLIS_DEBUG", "PORTCULLIS_LAUNCHER", ...optionVariables];

/** Settings from flags, environment and the file that `--config` or `PORTCULLIS_CONFIG` names. */
export async function loadServeConfig(options: OptionValues, { environment, workingDirectory }: Terminal): Promise<Readonly<ServeConfig>> {
  const path = textOption(options, "config") ?? environment["PORTCULLIS_CONFIG"];
  const file = path === undefined ? undefined : { path, text: await readConfigFile(resolve(workingDirectory, path), path) };
  return loadConfig(serveSchema, { file, env: environment, flags: toFlags(options), otherVariables, check: checkWebhookConfig });
}

function toFlags(options: OptionValues): Record<string, string | undefined> {
  const { output: _output, config: _config, ...settings } = options;
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      Array.isArray(value) ? JSON.stringify(listOption(options, name)) : textOption(options, name),
    ]),
  );
}

async function readConfigFile(location: string, path: string): Promise<string> {
  try {
    return await readFile(location, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError("cli-unreadable", `the configuration file "${path}" cannot be read: ${reason}; name another with --config`, {
      cause: error,
    });
  }
}
