import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withFolderLock } from "./with-folder-lock.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("withFolderLock", () => {
  it("lets one work at a time, and the next after one that failed", async () => {
    const events: string[] = [];
    const work = (name: string) => async () => {
      events.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      events.push(`${name} ends`);
      if (name === "a") throw new Error("failed");
    };

    const outcomes = await Promise.allSettled(["a", "b", "c"].map((name) => withFolderLock(folder, work(name))));

    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    for (let at = 0; at < 6; at += 2) expect(events[at + 1]).toBe(events[at]?.replace("begins", "ends"));
  });

  it.each(["killed", ""])("takes over a lock that was left behind (%j)", async (holder) => {
    await writeFile(join(folder, "making.lock"), holder);

    const outcome = withFolderLock(folder, async () => "done", 50);

    await expect(outcome).resolves.toBe("done");
  });

  it("rejects where the folder does not exist", async () => {
    await expect(withFolderLock(join(folder, "nowhere"), async () => "done")).rejects.toThrow();
  });
});
