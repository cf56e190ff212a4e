import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it, for their owner only; one that stands is kept. Rejects with the error of the system. Not
 * `recursive: true`: Node 24 never returns where a folder that stands lets none be made in it with ENOENT, as below `/proc`.
 */
export async function makeFolder(folder: string): Promise<void> {
  const above = dirname(folder);
  try {
    await mkdirUnlessThere(folder);
  } catch (error) {
    if (codeOf(error) !== "ENOENT" || above === folder) throw error;
    await makeFolder(above);
    await mkdirUnlessThere(folder);
  }
}

async function mkdirUnlessThere(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    // Where a file has the name, what is written below it says so.
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
