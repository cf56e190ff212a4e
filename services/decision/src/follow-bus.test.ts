import { setImmediate } from "node:timers/promises";
import {
  generateSigningKey,
  type MemoryRevisionLog,
  memoryRevisionLog,
  type PublishedRevision,
  publishRevision,
  type RecordName,
  type RevisionLog,
  RevisionLogError,
  type RevisionStore,
} from "@portcullis/policy-bus";
import { createTelemetry } from "@portcullis/telemetry";
import { aWorkload, createFakeClock, type FakeClock } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { compileForCluster } from "./compile-for-cluster.ts";
import { createDecisionService } from "./create-decision-service.ts";
import { type FollowBusOptions, followBus } from "./follow-bus.ts";

const key = generateSigningKey();
const anchors = { lineage: "policies", keys: [key.entry] };

describe("followBus", () => {
  it("lets answers grow old while the leader does not answer, and denies past the ceiling what was cached before", async () => {
    const world = aWorld();
    const { token } = await world.publish({ "policy.yaml": allowing("one.example") });
    const replica = await world.start({ ceilingMs: 60_000, whenExpired: "deny" });
    const ask = () =>
      replica.service.decide(aWorkload({ cluster: "blue", images: ["one.example/app"] }), { deadlineMs: Number.POSITIVE_INFINITY });

    const fresh = await ask();
    const health = [replica.service.isFresh()];
    world.lose();
    world.clock.advance(10_000);
    const stale = await ask();
    health.push(replica.service.isFresh());
    world.clock.advance(50_001);
    const expired = await ask();
    world.find();
    await replica.sync();
    const again = await ask();

    expect([fresh, stale].map(({ decision, degraded }) => [decision.verdict, degraded])).toEqual([
      ["allow", false],
      ["allow", true],
    ]);
    expect(health).toEqual([true, false]);
    expect(stale).toMatchObject({ stalenessMs: 10_000, cacheTtlMs: 50_000 });
    expect(expired).toMatchObject({ decision: { verdict: "deny", servedAt: token }, degraded: true, cacheTtlMs: 0, stalenessMs: 60_001 });
    expect(again).toMatchObject({ decision: { verdict: "allow" }, degraded: false });
  });

  it("is expired after a start without the bus, unless the cluster allows a cold start and the policy is young enough", async () => {
    const world = aWorld();
    await world.publish({ "policy.yaml": allowing("one.example") });
    const first = await world.start({ ceilingMs: 60_000, whenExpired: "defer" });
    await first.following.close();
    world.lose();
    world.clock.advance(30_000);
    const ask = async (coldStartMaxAgeMs: number) => {
      const { service } = await world.start({ ceilingMs: 60_000, whenExpired: "defer", coldStartMaxAgeMs });
      return service.decide(aWorkload({ cluster: "blue", images: ["one.example/app"] }), { deadlineMs: Number.POSITIVE_INFINITY });
    };

    await expect(ask(0)).rejects.toMatchObject({ code: "undecided-expired" });
    await expect(ask(20_000)).rejects.toMatchObject({ code: "undecided-expired" });
    expect(await ask(40_000)).toMatchObject({ decision: { verdict: "allow" }, degraded: true });
  });

  it("puts the overlays of its own cluster in force, and no others", async () => {
    const world = aWorld();
    const overlay = (name: string) => imagePolicy(name, `{ deny: ["one.example/${name}"] }`);
    await world.publish({
      "policy.yaml": allowing("one.example"),
      "overlays/blue/deny.yaml": overlay("blue"),
      "overlays/green/deny.yaml": overlay("green"),
    });
    const { service } = await world.start();
    const verdictOn = async (image: string) => {
      const { decision } = await service.decide(aWorkload({ cluster: "blue", images: [image] }), { deadlineMs: Number.POSITIVE_INFINITY });
      return decision.verdict;
    };

    expect([await verdictOn("one.example/blue"), await verdictOn("one.example/green")]).toEqual(["deny", "allow"]);
  });

  it("answers and explains for its own cluster only", async () => {
    const world = aWorld();
    await world.publish({ "policy.yaml": allowing("one.example") });
    const { service } = await world.start();
    const context = { deadlineMs: Number.POSITIVE_INFINITY };

    expect((await service.explain(aWorkload({ cluster: "blue" }), context)).answer).toMatchObject({ degraded: false });
    for (const ask of [service.decide, service.explain]) {
      await expect(ask(aWorkload({ cluster: "green" }), context)).rejects.toMatchObject({ code: "undecided-other-cluster" });
    }
  });

  it("reports what proofs about the replica may rest on", async () => {
    const world = aWorld();
    const { token } = await world.publish({ "policy.yaml": allowing("one.example") });

    await world.start({ ceilingMs: 60_000, whenExpired: "deny" });
    await world.reported();
    const [strict] = await world.log.readStatuses();
    await world.start({ ceilingMs: 60_000, whenExpired: "deny", coldStartMaxAgeMs: 1_000 });
    await world.reported();
    const [lenient] = await world.log.readStatuses();

    expect(strict).toMatchObject({ applied: token, freshness: "fresh", ceilingMs: 60_000, whenExpired: "deny", allowTtlSeconds: 300 });
    expect(strict).toMatchObject({ frontEndCacheMs: 0, longestReviewMs: 30_000, version: "1.2.3", replica: "one", cluster: "blue" });
    // Time proves nothing about a replica that may serve what it stored.
    expect(lenient).toMatchObject({ ceilingMs: null });
  });

  it("counts what it refuses, and goes on", async () => {
    const world = aWorld();
    await world.publish({ "policy.yaml": allowing("one.example") });
    const { service, following, sync, metric } = await world.start();

    const { token } = await world.publish({ "policy.yaml": allowing("one.example*") });
    await sync();

    expect(following.details()).toMatchObject({ freshness: "fresh", seen: token, nacks: [{ token, code: "policy-invalid" }] });
    expect(await metric("portcullis_decision_nacks_total")).toContainEqual(
      expect.objectContaining({ labels: { code: "policy-invalid" }, value: 1 }),
    );
    expect(service.current()).toMatchObject({ revision: token.revision - 1 });
  });
});

function imagePolicy(name: string, spec: string): string {
  return `apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
}

function allowing(host: string): string {
  return imagePolicy("trusted", `{ allow: ["${host}/**"] }`);
}

/** A log that can be lost, a disk, and a clock, which outlive a replica. */
function aWorld() {
  const log = memoryRevisionLog();
  const clock = createFakeClock();
  const records = new Map<RecordName, Uint8Array>();
  const store: RevisionStore = {
    read: async (name) => records.get(name),
    write: async (name, ...parts) => void records.set(name, Buffer.concat(parts)),
    close: async () => undefined,
  };
  const bus = { isLost: false };
  return {
    log,
    clock,
    lose: () => Object.assign(bus, { isLost: true }),
    /** Gives what changed the time to be reported. */
    async reported(): Promise<void> {
      clock.advance(100);
      await setImmediate();
    },
    find: () => Object.assign(bus, { isLost: false }),
    publish: (files: Readonly<Record<string, string>>) => publish(log, files),
    start: (freshness: Partial<FollowBusOptions["config"]["freshness"]> = {}) =>
      startReplica({ log: losing(log, bus), anchors, store }, clock, freshness),
  };
}

async function publish(log: MemoryRevisionLog, texts: Readonly<Record<string, string>>): Promise<PublishedRevision> {
  const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
  const change = { kind: "content", bundle: { files }, audience: ["*"] } as const;
  const outcome = await publishRevision({ log, anchors, keys: [key], publisher: "test", change });
  if (outcome.outcome === "published") return outcome.revision;
  throw new Error(`it was not published: ${outcome.outcome}`);
}

function losing(log: MemoryRevisionLog, bus: { readonly isLost: boolean }): RevisionLog {
  const own = log.open();
  return {
    ...own,
    async readHead() {
      if (bus.isLost) throw new RevisionLogError("bus-unavailable", "nobody answers");
      return own.readHead();
    },
  };
}

async function startReplica(
  bus: Pick<FollowBusOptions, "log" | "anchors" | "store">,
  clock: FakeClock,
  freshness: Partial<FollowBusOptions["config"]["freshness"]>,
) {
  const telemetry = createTelemetry({ service: "decision", logLevel: "silent", withProcessMetrics: false });
  const following = followBus({
    ...bus,
    telemetry,
    clock: { ...clock, wallNow: () => 1_700_000_000_000 + clock.now() },
    names: { replica: "one", version: "1.2.3" },
    config: {
      bus: { servers: ["nats://127.0.0.1:1"], policySet: "default", tls: {}, readIntervalMs: 2_000 },
      cluster: { name: "blue", allowTtlSeconds: 300, reviewTimeoutSeconds: 30 },
      freshness: { staleAfterMs: 6_000, whenExpired: "serve", coldStartMaxAgeMs: 0, ...freshness },
    },
  });
  const service = createDecisionService({
    followed: { ...following.followed, cluster: "blue" },
    compile: compileForCluster("blue"),
    cache: { allowTtlSeconds: 0, denyTtlSeconds: 0, maxEntries: 10 },
    telemetry,
    clock,
  });
  await following.start(service);
  async function sync(): Promise<void> {
    const synced = following.followed.feed.sync();
    // Reads that are asked for come a little apart.
    clock.advance(20);
    await synced;
  }
  await sync();
  return { service, following, sync, metric: async (name: string) => (await telemetry.metrics.getSingleMetric(name)?.get())?.values };
}
