import { CliError } from "../cli-error.ts";
import type { RunCommand } from "../command-definition.ts";
import { completionScript, isShell } from "../completion-script.ts";
import { describeCommands } from "../describe-commands.ts";

/** `portcullis completion`. */
export const completion: RunCommand = async ({ arguments: [shell = ""] }, terminal) => {
  if (!isShell(shell)) throw new CliError("cli-usage", `there is no completion for "${shell}"; name bash, zsh or fish`);
  await terminal.print(completionScript(shell, await describeCommands()));
  return 0;
};
