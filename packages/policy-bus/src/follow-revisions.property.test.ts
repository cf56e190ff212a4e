import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aReplica } from "./follow-fixture.ts";
import type { RevisionFollower } from "./follow-revisions.ts";
import { type MemoryRevisionLog, memoryRevisionLog } from "./memory-revision-log.ts";
import { publish, publishingAnchors, publishingKey } from "./publish-fixture.ts";
import { readRevisions } from "./revision-history.ts";
import type { LogEntry, RevisionLog } from "./revision-log.ts";
import { startChain } from "./signing/chain.ts";
import { aDraft, aLineage } from "./signing/chain-fixture.ts";
import { nextManifest } from "./signing/draft-manifest.ts";
import { signEnvelope } from "./signing/envelope.ts";

const steps = [
  "publish",
  "publish-poison",
  "publish-elsewhere",
  "read",
  "restart",
  "crash",
  "garbage",
  "stranger",
  "fork",
  "old-copy",
] as const;

/** A copy with the first entries only, as a restore brings it back. */
function oldCopy(log: RevisionLog, length: number): RevisionLog {
  const firstEntries = async () => {
    const entries: LogEntry[] = [];
    for await (const entry of log.readAfter(0)) if (entry.position <= length) entries.push(entry);
    return entries;
  };
  return {
    ...log,
    readHead: async () => (await firstEntries()).at(-1),
    async *readAfter(position) {
      yield* (await firstEntries()).slice(position);
    },
  };
}

async function appendRaw(log: MemoryRevisionLog, envelope: Uint8Array, messageId: string): Promise<void> {
  const head = await log.readHead();
  await log.append({ envelope, bundle: Buffer.from("x") }, { expectedPosition: head?.position ?? 0, messageId });
}

/** A second revision 1 by the trusted key, of a bundle that is nowhere. */
function aFork(): Buffer {
  return signEnvelope(nextManifest(startChain(publishingAnchors), aDraft({ publisher: "fork" })), [publishingKey]);
}

type Step = (typeof steps)[number];

/** What each step does to the log; the others do something to the replica. */
const writes: Partial<Record<Step, (log: MemoryRevisionLog, id: string) => Promise<unknown>>> = {
  publish: (log, id) => publish(log, { text: id }),
  "publish-poison": (log, id) => publish(log, { text: `poison ${id}` }),
  "publish-elsewhere": (log, id) => publish(log, { text: id, audience: ["green"] }),
  garbage: (log, id) => appendRaw(log, Buffer.from("{}"), id),
  stranger: (log, id) => appendRaw(log, aLineage().publish(), id),
  fork: (log, id) => appendRaw(log, aFork(), id),
};

async function live(commands: readonly Step[], crashAfter: number) {
  const log = memoryRevisionLog();
  const replica = aReplica();
  await publish(log, { text: "first" });
  let follower: RevisionFollower = await replica.start(log);

  async function restart(source: RevisionLog): Promise<void> {
    await follower.close();
    replica.store.crashAfter = Number.POSITIVE_INFINITY;
    follower = await replica.start(source);
  }

  for (const [index, command] of commands.entries()) {
    await writes[command]?.(log, `${command} ${index}`);
    if (command === "crash") replica.store.crashAfter = crashAfter;
    else if (command === "old-copy") await restart(oldCopy(log, 1));
    else if (command === "restart") await restart(log);
    else await follower.sync();
  }
  await restart(log);
  const state = follower.state();
  await follower.close();
  return { replica, state, history: await readRevisions(log, publishingAnchors) };
}

describe("createRevisionFollower", () => {
  it("never goes back, applies verified revisions only, and ends with the newest that it can", async () => {
    const lives = fc.asyncProperty(fc.array(fc.constantFrom(...steps), { maxLength: 14 }), fc.nat(2), async (commands, crashAfter) => {
      const { replica, state, history } = await live(commands, crashAfter);
      const { applied, starts } = replica.journal;
      const numbers = applied.map((name) => Number(name.split(".")[1]));
      const verified = new Set(history.revisions.map(({ token }) => `${token.epoch}.${token.revision}`));
      const poison = new Set(state.nacks.map(({ token }) => token.revision));
      const eligible = history.revisions.filter(({ manifest }) => manifest.audience[0] === "*" && !poison.has(manifest.revision));

      expect(applied.every((name) => verified.has(name))).toBe(true);
      for (const [index, number] of numbers.entries()) {
        // A start serves the stored revision again; all else is newer than what was before it.
        const least = (numbers[index - 1] ?? 0) + (starts.includes(index) ? 0 : 1);
        expect(number).toBeGreaterThanOrEqual(least);
      }
      expect(state.applied?.revision).toBe(Math.max(numbers.at(-1) ?? 0, eligible.at(-1)?.token.revision ?? 0));
      expect(state.seen).toMatchObject({ revision: history.chain.head?.revision });
    });

    await fc.assert(lives, { numRuns: 150 });
  });
});
