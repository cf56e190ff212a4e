import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CliError } from "./cli-error.ts";
import type { Terminal } from "./terminal.ts";

/** The text of a file, or of standard input for `-`. Rejects with `CliError`. */
export async function readInput(file: string, { input, workingDirectory }: Terminal): Promise<string> {
  const bytes = file === "-" ? await readAll(input()) : await readBytes(resolve(workingDirectory, file), file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const name = file === "-" ? "standard input" : `"${file}"`;
    throw new CliError("cli-bad-document", `${name} is not UTF-8; save it as UTF-8`, { cause: error });
  }
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const read: Uint8Array[] = [];
  for await (const chunk of chunks) read.push(chunk);
  return Buffer.concat(read);
}

async function readBytes(location: string, file: string): Promise<Buffer> {
  try {
    return await readFile(location);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError("cli-unreadable", `"${file}" cannot be read: ${reason}; name another with --file, or - for standard input`, {
      cause: error,
    });
  }
}
