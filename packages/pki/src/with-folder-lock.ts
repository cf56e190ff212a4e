import { randomUUID } from "node:crypto";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const lookAgainMs = 25;

/**
 * Runs `work` while no other process runs its own in the same folder. A lock that stays the same for `staleAfterMs`, 5 s unless said
 * otherwise, was left behind by a process that was killed, and is taken over. Rejects as `work` does, or when the folder cannot be written.
 */
export async function withFolderLock<Result>(folder: string, work: () => Promise<Result>, staleAfterMs = 5_000): Promise<Result> {
  const path = join(folder, "making.lock");
  const own = randomUUID();
  let seen: string | undefined;
  let seenAtMs = 0;
  while (!(await isTaken(path, own))) {
    const holder = await holderOf(path);
    if (holder !== seen) {
      seen = holder;
      seenAtMs = performance.now();
    } else if (performance.now() - seenAtMs >= staleAfterMs) {
      await rm(path, { force: true });
    }
    await pause(lookAgainMs);
  }
  try {
    return await work();
  } finally {
    if ((await holderOf(path)) === own) await rm(path, { force: true });
  }
}

/** Whether the lock is ours now: creating a file that must not exist is atomic. */
async function isTaken(path: string, own: string): Promise<boolean> {
  try {
    await using file = await open(path, "wx", 0o600);
    // On a full disk the file is there and says nothing: nobody should have to wait until it is stale.
    await file.writeFile(own).catch(async (error: unknown) => {
      await rm(path, { force: true });
      throw error;
    });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Empty where there is no lock, or none that says whose it is. */
async function holderOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return "";
  }
}
