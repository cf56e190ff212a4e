import { describe, expect, it } from "vitest";
import { aReplica } from "./follow-fixture.ts";
import { memoryRevisionLog } from "./memory-revision-log.ts";
import { published } from "./publish-fixture.ts";
import type { LogEntry, RevisionLog } from "./revision-log.ts";
import { RevisionLogError } from "./revision-log-error.ts";
import { aLineage } from "./signing/chain-fixture.ts";

/** A holder whose notifications are delivered by hand, and whose leader can be cut off. */
function aHeldLog(log: RevisionLog) {
  let listener: (entry: LogEntry | undefined) => void = () => {};
  const held = {
    reads: 0,
    isCut: false,
    notify: (entry: LogEntry | undefined) => listener(entry),
    log: {
      ...log,
      onNotification(listen: typeof listener) {
        listener = listen;
        return () => {};
      },
      async readHead() {
        held.reads += 1;
        if (held.isCut) throw new RevisionLogError("bus-unavailable", "nobody answers");
        return log.readHead();
      },
    },
  };
  return held;
}

async function aFollowedLog() {
  const [log, replica] = [memoryRevisionLog(), aReplica()];
  await published(log);
  const held = aHeldLog(log);
  const follower = await replica.start(held.log);
  const { applied, alarms } = replica.journal;
  return { log, replica, held, follower, applied, alarms };
}

describe("createRevisionFollower, when it is notified", () => {
  it("applies what comes next without asking the leader, and is no fresher for it", async () => {
    const { log, replica, held, follower, applied } = await aFollowedLog();
    await published(log, { text: "b" });
    replica.clock.advance(10_000);
    const { reads } = held;

    held.notify(await log.readHead());

    await expect.poll(() => applied).toEqual(["1.1", "1.2"]);
    expect(held.reads).toBe(reads);
    expect(follower.state()).toMatchObject({ freshness: "stale", stalenessMs: 10_000 });
  });

  it("keeps what it applied so over a restart without the leader", async () => {
    const { log, replica, held, follower, applied } = await aFollowedLog();
    await published(log, { text: "b" });
    held.isCut = true;
    held.notify(await log.readHead());
    await expect.poll(() => applied).toHaveLength(2);
    await follower.close();

    const next = await replica.start(held.log);

    expect(next.state().applied).toMatchObject({ revision: 2 });
  });

  it("refuses a record that is older than what it applied so", async () => {
    const { log, replica, held, follower, applied, alarms } = await aFollowedLog();
    const old = replica.store.records.get("revision") ?? Buffer.alloc(0);
    await published(log, { text: "b" });
    held.isCut = true;
    held.notify(await log.readHead());
    await expect.poll(() => applied).toHaveLength(2);
    await follower.close();
    replica.store.records.set("revision", old);

    const next = await replica.start(held.log);

    expect(next.state().applied).toBeNull();
    expect(alarms).toContain("follow-store-regressed");
  });

  it("asks the leader where something was missed", async () => {
    const { log, held, applied } = await aFollowedLog();
    await published(log, { text: "b" });
    await published(log, { text: "c" });

    held.notify(await log.readHead());

    await expect.poll(() => applied).toEqual(["1.1", "1.3"]);
  });

  it("applies each once, however often and late it is told", async () => {
    const { log, held, follower, applied } = await aFollowedLog();
    const first = await log.readHead();
    await published(log, { text: "b" });
    const second = await log.readHead();

    for (const entry of [second, first, second, undefined, second]) held.notify(entry);
    await follower.sync();

    expect(applied).toEqual(["1.1", "1.2"]);
    expect(follower.state()).toMatchObject({ freshness: "fresh", seen: { revision: 2 } });
  });

  it("asks the leader about what a stranger signed, and applies nothing of it", async () => {
    const { held, follower, applied } = await aFollowedLog();
    const { reads } = held;

    held.notify({ position: 2, envelope: aLineage().publish(), bundle: Buffer.from("x") });

    await expect.poll(() => held.reads).toBe(reads + 1);
    expect(applied).toEqual(["1.1"]);
    expect(follower.state().freshness).toBe("fresh");
  });

  it("is not fresh, and says so, while the leader lacks what it was told", async () => {
    const { log, replica, held, follower, applied, alarms } = await aFollowedLog();
    const other = memoryRevisionLog();
    const first = await log.readHead();
    if (first !== undefined) await other.append(first, { expectedPosition: 0, messageId: "1" });
    await published(other, { text: "b" });
    held.notify(await other.readHead());
    await expect.poll(() => applied).toHaveLength(2);
    replica.clock.advance(10_000);

    await follower.sync();

    expect(follower.state()).toMatchObject({ applied: { revision: 2 }, freshness: "stale" });
    expect(alarms).toEqual(["follow-log-regressed"]);
  });

  it.each([
    ["another bundle", (): Uint8Array => Buffer.from("forged")],
    ["a bundle of the same size", (bundle: Uint8Array): Uint8Array => Buffer.alloc(bundle.length)],
    ["no bundle", (): undefined => undefined],
  ])("applies what the leader has, where a forged notification brings the right envelope with %s", async (_what, forge) => {
    const { log, held, follower, applied } = await aFollowedLog();
    await published(log, { text: "b" });
    const head = await log.readHead();
    if (head === undefined) throw new Error("nothing was published");

    held.notify({ ...head, bundle: forge(head.bundle ?? new Uint8Array()) });
    await follower.sync();
    await follower.sync();

    expect(applied).toEqual(["1.1", "1.2"]);
    expect(follower.state()).toMatchObject({ nacks: [], freshness: "fresh" });
  });
});
