import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CliError } from "./cli-error.ts";
import type { OptionValues } from "./command-definition.ts";
import { settingOf } from "./option-setting.ts";
import type { Terminal } from "./terminal.ts";

/** What stands in the file that an option, or its variable, names; undefined where none does. Rejects with `CliError`. */
export async function readOptionFile(options: OptionValues, name: string, terminal: Terminal): Promise<string | undefined> {
  const file = settingOf(options, name, terminal);
  if (file === undefined) return undefined;
  try {
    return await readFile(resolve(terminal.workingDirectory, file), "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError("cli-unreadable", `"${file}" cannot be read: ${reason}; name another with --${name}`, { cause: error });
  }
}
