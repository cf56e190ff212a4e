import { describe, expect, it } from "vitest";
import { memoryRevisionLog } from "./memory-revision-log.ts";
import { published, publishingAnchors } from "./publish-fixture.ts";
import { readRevisions } from "./revision-history.ts";
import type { RevisionLog } from "./revision-log.ts";
import { createRevisionReader } from "./revision-reader.ts";

/** A log that can be exchanged for another one, and notes from where it was read. */
function anExchangeableLog(first: RevisionLog) {
  let log = first;
  const reads: number[] = [];
  const exchangeable: RevisionLog = {
    ...first,
    readHead: () => log.readHead(),
    readAfter(position) {
      reads.push(position);
      return log.readAfter(position);
    },
  };
  return {
    log: exchangeable,
    reads,
    exchange(next: RevisionLog) {
      log = next;
    },
  };
}

describe("createRevisionReader", () => {
  it("reads what came since the last time, and gives what reading all of it gives", async () => {
    const store = memoryRevisionLog();
    const { log, reads } = anExchangeableLog(store);
    const read = createRevisionReader(log, publishingAnchors);

    await read();
    await published(store, { text: "a" });
    await store.append({ envelope: Buffer.from("garbage") }, { expectedPosition: 1, messageId: "x" });
    const second = await read();
    await published(store, { text: "b" });
    const third = await read();

    expect(second).toMatchObject({ revisions: [{}], skipped: [{ position: 2 }], lastPosition: 2 });
    expect(third).toEqual(await readRevisions(store, publishingAnchors));
    expect(await read()).toEqual(third);
    expect(reads).toEqual([0, 0, 1, 2]);
  });

  it("reads all of it again where the log was made anew, shorter or as long", async () => {
    const [old, shorter, other] = [memoryRevisionLog(), memoryRevisionLog(), memoryRevisionLog()];
    for (const text of ["a", "b"]) await published(old, { text });
    await published(shorter, { text: "c" });
    for (const text of ["d", "e"]) await published(other, { text });
    const { log, exchange } = anExchangeableLog(old);
    const read = createRevisionReader(log, publishingAnchors);
    await read();

    exchange(other);
    const fromOther = await read();
    exchange(shorter);
    const fromShorter = await read();

    expect(fromOther).toEqual(await readRevisions(other, publishingAnchors));
    expect(fromShorter).toEqual(await readRevisions(shorter, publishingAnchors));
  });

  it("rejects where the log ends before its head, and goes on from what it knew", async () => {
    const [store, cut] = [memoryRevisionLog(), memoryRevisionLog()];
    await published(store, { text: "a" });
    const { log, exchange } = anExchangeableLog(store);
    const read = createRevisionReader(log, publishingAnchors);
    await read();
    exchange({ ...cut, readHead: async () => ({ position: 9, envelope: Buffer.from(""), bundle: undefined }) });

    await expect(read()).rejects.toMatchObject({ code: "bus-unavailable" });
    exchange(store);

    expect((await read()).revisions).toHaveLength(1);
  });
});
