import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { CliError } from "./cli-error.ts";
import type { Terminal } from "./terminal.ts";

/** Throws `CliError` where something stands in the place of a file that is to be written, so that nothing is replaced. */
export function assertNewFile(file: string, { workingDirectory }: Terminal): void {
  if (!existsSync(resolve(workingDirectory, file))) return;
  throw new CliError("cli-file-exists", `"${file}" exists; move it away, or name another file`);
}
