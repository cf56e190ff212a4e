import { open } from "node:fs/promises";

/** Resolves once the names in a folder are on disk. Without it a new name may be lost although the content of its file is there. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, "r");
  await folder.sync();
}
