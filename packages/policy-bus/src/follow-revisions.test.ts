import { describe, expect, it } from "vitest";
import { CompileWorkerError } from "./compile-worker-error.ts";
import { aReplica } from "./follow-fixture.ts";
import { memoryRevisionLog } from "./memory-revision-log.ts";
import { publish, published } from "./publish-fixture.ts";
import type { RevisionLog } from "./revision-log.ts";
import { RevisionLogError } from "./revision-log-error.ts";
import { aDigest, aLineage, aManifest } from "./signing/chain-fixture.ts";
import { signEnvelope } from "./signing/envelope.ts";
import { generateSigningKey } from "./signing/signing-key.ts";

const unreachable: RevisionLog = {
  ...memoryRevisionLog(),
  async readHead() {
    throw new RevisionLogError("bus-unavailable", "nobody answers");
  },
};

describe("createRevisionFollower", () => {
  it("applies the newest revision, inline or fetched by its digest", async () => {
    const [log, replica] = [memoryRevisionLog({ inlineLimitBytes: 100 }), aReplica()];
    await published(log, { text: "a" });
    await published(log, { text: "b".repeat(1_000) });

    const follower = await replica.start(log);

    expect(replica.journal.applied).toEqual(["1.2"]);
    expect(follower.state()).toMatchObject({ applied: { revision: 2 }, seen: { revision: 2 }, freshness: "fresh", stalenessMs: 0 });
  });

  it("leaves out what is meant for other clusters, and is fresh all the same", async () => {
    const [log, replica] = [memoryRevisionLog(), aReplica()];
    await published(log, { audience: ["blue"] });
    await published(log, { text: "b", audience: ["green"] });

    const follower = await replica.start(log);

    expect(follower.state()).toMatchObject({ applied: { revision: 1 }, seen: { revision: 2 }, freshness: "fresh" });
  });

  it("refuses a poisonous revision, serves the one before, and applies the next", async () => {
    const [log, replica] = [memoryRevisionLog(), aReplica()];
    await published(log, { text: "a" });
    const follower = await replica.start(log);
    await published(log, { text: "poison" });
    replica.clock.advance(10_000);
    await follower.sync();
    const refused = follower.state();

    await published(log, { text: "c" });
    await follower.sync();

    expect(refused).toMatchObject({ applied: { revision: 1 }, freshness: "stale", nacks: [{ code: "follow-not-prepared" }] });
    expect(replica.journal.applied).toEqual(["1.1", "1.3"]);
  });

  it.each([
    ["applies a revision whose thread died twice, and refuses nothing", 2, { applied: { revision: 2 }, nacks: [] }],
    ["refuses a revision whose thread dies each time", 3, { applied: { revision: 1 }, nacks: [{ code: "policy-worker-failed" }] }],
  ])("%s", async (_fact, deaths, expected) => {
    const [log, replica] = [memoryRevisionLog(), aReplica()];
    await published(log, { text: "a" });
    let left = 0;
    const prepare = async () => {
      if (left === 0) return () => undefined;
      left -= 1;
      throw new CompileWorkerError("policy-worker-failed", "the thread that compiled ended before it was done");
    };
    const follower = await replica.start(log, { prepare });
    left = deaths;
    await published(log, { text: "b" });

    for (let read = 0; read < 4; read += 1) await follower.sync();

    expect(follower.state()).toMatchObject(expected);
  });

  it("serves what it stored although the first thread dies, and the log is unreachable", async () => {
    const [log, replica] = [memoryRevisionLog(), aReplica()];
    await published(log);
    await (await replica.start(log)).close();
    let isFirst = true;
    const prepare = async () => {
      if (!isFirst) return () => undefined;
      isFirst = false;
      throw new CompileWorkerError("policy-worker-failed", "the thread that compiled failed");
    };

    const follower = await replica.start(unreachable, { prepare });

    expect(follower.state()).toMatchObject({ applied: { revision: 1 }, nacks: [] });
  });

  it("closes while a revision is compiled that takes long, and never puts it in force", async () => {
    const [log, replica] = [memoryRevisionLog(), aReplica()];
    const [begun, compiled] = [Promise.withResolvers<void>(), Promise.withResolvers<() => void>()];
    await published(log);
    let isSlow = false;
    const follower = await replica.start(log, {
      prepare() {
        if (isSlow) begun.resolve();
        return isSlow ? compiled.promise : Promise.resolve(() => undefined);
      },
    });
    isSlow = true;
    await published(log, { text: "b" });
    await begun.promise;

    await follower.close();
    compiled.resolve(() => replica.journal.applied.push("too late"));
    await compiled.promise;

    expect(follower.state().applied).toMatchObject({ revision: 1 });
    expect(replica.journal.applied).toEqual([]);
  });

  it("starts with what it stored while the log is unreachable, expired until a cold start is allowed", async () => {
    const [log, replica] = [memoryRevisionLog(), aReplica()];
    await published(log);
    await (await replica.start(log)).close();
    replica.clock.advance(5_000);

    const strict = await replica.start(unreachable);
    const lenient = await replica.start(unreachable, { freshness: { ceilingMs: 60_000, coldStartMaxAgeMs: 9_000 } });

    expect(strict.state()).toMatchObject({ applied: { revision: 1 }, freshness: "expired", stalenessMs: 5_000 });
    expect(lenient.state()).toMatchObject({ applied: { revision: 1 }, freshness: "stale", stalenessMs: 5_000 });
  });

  it("expires past its ceiling, and recovers with the next read", async () => {
    const [log, replica] = [memoryRevisionLog(), aReplica()];
    await published(log);
    const follower = await replica.start(log);
    replica.clock.advance(60_001);
    const before = follower.state().freshness;

    await follower.sync();

    expect([before, follower.state().freshness]).toEqual(["expired", "fresh"]);
  });

  it("does not expire because a stranger claims that there are newer revisions, and raises an alarm", async () => {
    const [log, replica] = [memoryRevisionLog(), aReplica()];
    await published(log);
    const follower = await replica.start(log);
    const envelope = signEnvelope(aManifest({ revision: 99, prevDigest: aDigest("b") }), [generateSigningKey()]);
    await log.append({ envelope }, { expectedPosition: 1, messageId: "claim" });

    for (const advanceMs of [61_000, 61_000]) {
      replica.clock.advance(advanceMs);
      await follower.sync();
    }

    expect(follower.state()).toMatchObject({ freshness: "fresh", stalenessMs: 0 });
    expect(replica.journal.alarms).toEqual(["revision-foreign-key"]);
  });

  it("raises an alarm for what a stranger signed, and never applies it", async () => {
    const [log, replica] = [memoryRevisionLog(), aReplica()];
    await log.append({ envelope: aLineage().publish(), bundle: Buffer.from("x") }, { expectedPosition: 0, messageId: "1" });

    const follower = await replica.start(log);

    expect(replica.journal).toMatchObject({ applied: [], alarms: ["revision-foreign-key"] });
    expect(follower.state().applied).toBeNull();
  });

  it("serves on when the log is emptied, says so, and is fresh no more", async () => {
    const [log, replica] = [memoryRevisionLog(), aReplica()];
    await published(log);
    await (await replica.start(log)).close();

    const follower = await replica.start(memoryRevisionLog());

    expect(replica.journal.alarms).toEqual(["follow-log-regressed"]);
    expect(follower.state()).toMatchObject({ applied: { revision: 1 }, freshness: "expired" });
  });

  it.each(["revision", "progress"] as const)("never serves from a torn %s, at whatever offset", async (name) => {
    const [log, replica] = [memoryRevisionLog(), aReplica()];
    await published(log);
    await (await replica.start(log)).close();
    const whole = replica.store.records.get(name) ?? Buffer.alloc(0);
    replica.journal.applied.length = 0;

    for (let length = 0; length < whole.length; length += 1) {
      replica.store.records.set(name, whole.subarray(0, length));
      await (await replica.start(unreachable)).close();
    }

    const lives = name === "revision" ? 0 : whole.length;
    expect(replica.journal.applied).toHaveLength(lives);
    expect(replica.journal.alarms.filter((code) => code !== "bundle-wrong-size")).not.toHaveLength(0);
  });

  it("refuses a stored revision that is older than what was in force, until the log brings the newest", async () => {
    const [log, replica] = [memoryRevisionLog(), aReplica()];
    await published(log);
    const follower = await replica.start(log);
    const old = replica.store.records.get("revision") ?? Buffer.alloc(0);
    await publish(log, { text: "b" });
    await follower.sync();
    await follower.close();
    replica.store.records.set("revision", old);

    const cut = await replica.start(unreachable);
    const whole = await replica.start(log);

    expect(cut.state().applied).toBeNull();
    expect(whole.state().applied).toMatchObject({ revision: 2 });
    expect(replica.journal.alarms).toContain("follow-store-regressed");
  });
});
