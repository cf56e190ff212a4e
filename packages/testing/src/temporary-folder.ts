import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder of its own; `await using` removes it at the end of the block. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  /** Writes a file, making the folders above it; returns its path. */
  write(name: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Makes an empty folder below the system's temporary one. */
export async function createTemporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), "portcullis-"));
  const remove = () => rm(path, { recursive: true, force: true });
  return {
    path,
    async write(name, text) {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      return file;
    },
    remove,
    [Symbol.asyncDispose]: remove,
  };
}
