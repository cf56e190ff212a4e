import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AppendFate, appendFates, lossyRevisionLog } from "./lossy-revision-log-fixture.ts";
import { memoryRevisionLog } from "./memory-revision-log.ts";
import { publish, published, publishingAnchors } from "./publish-fixture.ts";
import type { PublishOutcome } from "./publish-revision.ts";
import { readRevisions } from "./revision-history.ts";
import type { RevisionLog } from "./revision-log.ts";

const lossyFates = appendFates.filter((fate) => fate !== "silent");

/** Ends once so many appends were answered, whatever else goes on. */
function publishWithin(log: RevisionLog, attempts: number, text: string): Promise<PublishOutcome> {
  const end = new AbortController();
  return publish(log, {
    text,
    end: end.signal,
    onProgress: (progress) => {
      if (progress.step === "append" && progress.attempt >= attempts) end.abort();
    },
  });
}

/** Whether what a publisher was told is what the log holds, once nothing is under way any more. */
async function isTrue(log: RevisionLog, outcome: PublishOutcome, text: string): Promise<boolean> {
  const { revisions } = await readRevisions(log, publishingAnchors);
  const sizes = revisions.map(({ manifest }) => manifest.bundle.sizeBytes);
  const isThere = sizes.includes(8 + 8 + "list.txt".length + text.length);
  if (outcome.outcome === "published") return revisions.some(({ digest }) => digest === outcome.revision.digest) && isThere;
  if (outcome.outcome === "conflict") return revisions.some(({ digest }) => digest === outcome.won.digest) && !isThere;
  return outcome.outcome === "unknown" || !isThere;
}

describe("appendSurely", () => {
  it.each<AppendFate>(["answer-lost", "request-lost", "refused", "late"])("publishes once when the first append is %s", async (fate) => {
    const shared = memoryRevisionLog();

    const { token } = await published(lossyRevisionLog(shared, [fate]));
    const { revisions } = await readRevisions(shared, publishingAnchors);

    expect(token.revision).toBe(1);
    expect(revisions).toHaveLength(1);
  });

  it("says that it does not know when nothing answers", async () => {
    const end = new AbortController();
    const log = lossyRevisionLog(memoryRevisionLog(), ["silent"]);
    const append: RevisionLog["append"] = (entry, options) => {
      queueMicrotask(() => end.abort());
      return log.append(entry, options);
    };

    const outcome = await publish({ ...log, append }, { end: end.signal });

    expect(outcome).toMatchObject({ outcome: "unknown", token: { epoch: 1, revision: 1 } });
  });

  it("says that nothing was published where every append was refused", async () => {
    const log = memoryRevisionLog();

    const outcome = await publishWithin(lossyRevisionLog(log, ["refused", "refused", "refused"]), 3, "a");

    expect(outcome.outcome).toBe("not-published");
    expect((await readRevisions(log, publishingAnchors)).revisions).toEqual([]);
  });

  it("names the revision that won", async () => {
    const shared = memoryRevisionLog();
    const rival = lossyRevisionLog(shared, ["answer-lost"]);
    const slow: RevisionLog = {
      ...shared,
      async append(entry, options) {
        await publish(rival, { text: "rival" });
        return shared.append(entry, options);
      },
    };

    const outcome = await publish(slow, { text: "mine" });

    const { revisions } = await readRevisions(shared, publishingAnchors);
    expect(outcome).toEqual({ outcome: "conflict", won: revisions[0] });
  });

  it("appends behind garbage that came in between", async () => {
    const shared = memoryRevisionLog();
    let isFirst = true;
    const raced: RevisionLog = {
      ...shared,
      async append(entry, options) {
        if (isFirst) await shared.append({ envelope: Buffer.from("garbage") }, { expectedPosition: 0, messageId: "garbage" });
        isFirst = false;
        return shared.append(entry, options);
      },
    };

    const { position, token } = await published(raced);

    expect(position).toBe(2);
    expect(token.revision).toBe(1);
  });

  it("tells publishers that race nothing but the truth, and publishes one revision per number", async () => {
    const fates = fc.array(fc.constantFrom(...lossyFates), { maxLength: 5 });
    const reads = fc.array(fc.boolean(), { maxLength: 5 });
    const publisher = fc.record({ fates, reads, attempts: fc.integer({ min: 1, max: 6 }) });

    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(publisher, { minLength: 2, maxLength: 3 }), async (scheduler, publishers) => {
        const shared = memoryRevisionLog();
        const append = scheduler.scheduleFunction(shared.append);
        const running = publishers.map(({ fates, reads, attempts }, index) => {
          const text = "x".repeat(index + 1);
          return { text, outcome: publishWithin(lossyRevisionLog({ ...shared, append }, fates, reads), attempts, text) };
        });
        const outcomes = await scheduler.waitFor(Promise.all(running.map(({ outcome }) => outcome)));

        await scheduler.waitIdle();
        const { revisions, skipped } = await readRevisions(shared, publishingAnchors);
        const truths = await Promise.all(outcomes.map((outcome, index) => isTrue(shared, outcome, running[index]?.text ?? "")));
        expect(truths).toEqual(outcomes.map(() => true));
        expect(revisions.map(({ token }) => token.revision)).toEqual(revisions.map((_, index) => index + 1));
        expect(skipped).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
