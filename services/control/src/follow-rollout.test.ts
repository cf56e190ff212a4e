import { memoryRevisionLog, type ReplicaStatus, RevisionLogError } from "@portcullis/policy-bus";
import { createFakeClock } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { aFolder, anAdministration, aReport, type HandClock, handClock, policyText, publishTo } from "./administration-fixture.ts";
import type { RolloutRequest } from "./policy-administration.ts";
import type { RolloutStatus } from "./rollout-status.ts";

const strict = aFolder(policyText("pinned", "require: { digest: true }"));

async function aRollout(options: { readonly log?: ReturnType<typeof memoryRevisionLog>; readonly clock?: HandClock } = {}) {
  const clock = options.clock ?? handClock(createFakeClock(0));
  const administration = anAdministration({ log: options.log ?? memoryRevisionLog(), clock });
  const old = await publishTo(administration);
  const revision = await publishTo(administration, { bundle: strict });
  const behind = (overrides: Partial<ReplicaStatus> = {}) => aReport(old, overrides);
  return { administration, log: administration.log, clock, old, revision, behind };
}

/** The next status of a rollout, once something was done about it. */
async function next(rollout: AsyncIterator<RolloutStatus>, act: () => unknown): Promise<RolloutStatus> {
  const coming = rollout.next();
  await act();
  const { value, done } = await coming;
  if (done === true) throw new Error("the rollout has ended");
  return value;
}

async function collect(statuses: AsyncIterable<RolloutStatus>): Promise<readonly RolloutStatus[]> {
  const collected: RolloutStatus[] = [];
  for await (const status of statuses) collected.push(status);
  return collected;
}

function begin(administration: { rollout(request: RolloutRequest): AsyncIterable<RolloutStatus> }, request: RolloutRequest = {}) {
  return administration.rollout(request)[Symbol.asyncIterator]();
}

describe("rollout", () => {
  it("says once how it stands where nobody waits", async () => {
    const { administration, log, behind, revision } = await aRollout();
    await log.reportStatus(behind());

    const statuses = await collect(administration.rollout({ waits: false }));

    expect(statuses).toMatchObject([
      {
        revision,
        outcome: "pending",
        end: null,
        inForceAt: null,
        clusters: [{ cluster: "blue", replicas: [{ replica: "r0", progress: "pending" }] }],
      },
    ]);
  });

  it("counts nobody who serves what the log does not hold: another revision of that number, or a later one that was lost", async () => {
    const { administration, log, revision } = await aRollout();
    const { token } = revision;
    await log.reportStatus(aReport(revision, { replica: "fork", appliedDigest: `sha256:${"f".repeat(64)}` }));
    await log.reportStatus(aReport(revision, { replica: "lost", applied: { ...token, revision: 7 } }));
    await log.reportStatus(aReport(revision));

    const [status] = await collect(administration.rollout({ waits: false }));

    expect(status?.clusters[0]?.replicas).toMatchObject([
      { replica: "fork", progress: "pending" },
      { replica: "lost", progress: "pending" },
      { replica: "r0", progress: "acked" },
    ]);
  });

  it("counts whoever went on to a revision that was published meanwhile", async () => {
    const { administration, log, behind } = await aRollout();
    await log.reportStatus(behind());
    const rollout = begin(administration);
    await rollout.next();
    const later = await publishTo(administration);

    const status = await next(rollout, () => log.reportStatus(aReport(later, { sequence: 2 })));

    expect(status).toMatchObject({ end: "all-acked", revision: { token: { revision: 2 } } });
  });

  it("ends once every replica said that it serves the revision, and says from when on it is in force", async () => {
    const { administration, log, behind, revision, clock } = await aRollout();
    await log.reportStatus(behind());
    await log.reportStatus(behind({ replica: "r1" }));
    const rollout = begin(administration);

    const first = await next(rollout, () => undefined);
    const second = await next(rollout, () => log.reportStatus(aReport(revision, { sequence: 2 })));
    clock.advance(500);
    const last = await next(rollout, () => log.reportStatus(aReport(revision, { replica: "r1", sequence: 2 })));

    expect([first.outcome, second.outcome, last.outcome]).toEqual(["pending", "pending", "all-acked"]);
    expect(second.clusters[0]?.replicas.map(({ progress }) => progress)).toEqual(["acked", "pending"]);
    // 500 ms, then 1 s of front-end cache, 2.5 s of a review, 300 s of the API server's cache.
    expect(last).toMatchObject({ end: "all-acked", at: "2026-01-01T00:00:00.500Z", inForceAt: "2026-01-01T00:05:04.000Z" });
    expect(await rollout.next()).toMatchObject({ done: true });
  });

  it("ends as fenced once time proves that the silent serve nothing older", async () => {
    const { administration, log, behind, clock } = await aRollout();
    await log.reportStatus(behind({ ceilingMs: 30_000, whenExpired: "deny" }));
    const rollout = begin(administration);

    const first = await next(rollout, () => undefined);
    const last = await next(rollout, () => clock.advance(60_000));

    const fencedAt = "2026-01-01T00:00:40.030Z";
    expect(first.clusters).toMatchObject([{ replicas: [{ progress: "pending", fencedAt }] }]);
    expect(last).toMatchObject({ end: "fenced", inForceAt: "2026-01-01T00:05:43.530Z" });
    expect(last.clusters).toMatchObject([{ outcome: "fenced", replicas: [{ progress: "fenced", settledAt: fencedAt }] }]);
  });

  it("proves nothing of the silent that serve an expired policy, and ends when the time is over", async () => {
    const { administration, log, behind, clock } = await aRollout();
    await log.reportStatus(behind({ ceilingMs: 30_000, whenExpired: "serve" }));
    const rollout = begin(administration, { timeoutMs: 90_000 });

    await next(rollout, () => undefined);
    const last = await next(rollout, () => clock.advance(90_000));

    expect(last).toMatchObject({ end: "timed-out", outcome: "pending", inForceAt: null });
  });

  it("ends once a replica has refused the revision", async () => {
    const { administration, log, behind, revision } = await aRollout();
    const rollout = begin(administration);

    const first = await next(rollout, () => undefined);
    const nacks = [{ token: revision.token, code: "policy-invalid", detail: "no" }];
    const last = await next(rollout, () => log.reportStatus(behind({ nacks })));

    expect(first).toMatchObject({ outcome: "pending", clusters: [] });
    expect(last).toMatchObject({ end: "nacked", clusters: [{ replicas: [{ progress: "nacked", status: { nacks } }] }] });
  });

  it("says what a cluster never said, and no moment then", async () => {
    const { administration, log, revision } = await aRollout();
    await log.reportStatus(aReport(revision, { allowTtlSeconds: null }));

    const [status] = await collect(administration.rollout({}));

    expect(status).toMatchObject({ end: "all-acked", inForceAt: null, clusters: [{ unknown: ["allow-ttl"], inForceAt: null }] });
  });

  it("waits for replicas that are expected, and for none that is known to be gone", async () => {
    const { administration, log, behind, revision } = await aRollout();
    await log.reportStatus(aReport(revision));
    await log.reportStatus(behind({ replica: "old" }));
    const gone = [{ cluster: "blue", replica: "old" }];

    const [without] = await collect(administration.rollout({ gone }));
    const [expecting] = await collect(administration.rollout({ gone, expected: [{ cluster: "blue", replica: "r9" }], waits: false }));

    expect(without?.end).toBe("all-acked");
    expect(expecting?.clusters[0]?.replicas).toMatchObject([
      { replica: "r0", progress: "acked" },
      { replica: "r9", progress: "pending", status: null },
    ]);
  });

  it("looks at what is stored where no report comes by itself, and goes on while the log is gone", async () => {
    const store = memoryRevisionLog();
    const { promise: failed, resolve: fail } = Promise.withResolvers<void>();
    const log = { ...store, onStatus: () => () => undefined };
    const { administration, revision, clock } = await aRollout({ log });
    const rollout = begin(administration);
    await next(rollout, () => undefined);
    log.readStatuses = () => {
      fail();
      return Promise.reject(new RevisionLogError("bus-unavailable", "nobody answers"));
    };

    const last = await next(rollout, async () => {
      clock.advance(2_000);
      await failed;
      log.readStatuses = store.readStatuses;
      await store.reportStatus(aReport(revision));
      clock.advance(2_000);
    });

    expect(last).toMatchObject({ end: "all-acked" });
  });

  it("looks again where a replica began anew while what is stored was read", async () => {
    const store = memoryRevisionLog();
    const { behind, revision, clock, log } = await aRollout({ log: store });
    await log.reportStatus(aReport(revision));
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: reading, resolve: begun } = Promise.withResolvers<void>();
    let reads = 0;
    const readStatuses = async () => {
      const stored = await store.readStatuses();
      reads += 1;
      if (reads === 2) {
        begun();
        await held;
      }
      return stored;
    };
    const rollout = begin(anAdministration({ log: { ...store, readStatuses }, clock }), { expected: [{ cluster: "blue", replica: "r9" }] });
    const first = await next(rollout, () => undefined);

    const second = await next(rollout, async () => {
      clock.advance(2_000);
      await reading;
      // Without its disk.
      await log.reportStatus(behind({ instance: "boot-2" }));
      release();
    });

    expect(first.clusters[0]?.replicas[0]?.progress).toBe("acked");
    expect(second.clusters[0]?.replicas[0]?.progress).toBe("pending");
    await rollout.return?.();
  });

  it("does not believe a late report of a run of the replica that has ended", async () => {
    const store = memoryRevisionLog();
    let hint: (status: ReplicaStatus) => void = () => undefined;
    const onStatus: typeof store.onStatus = (listener) => {
      hint = listener;
      return () => undefined;
    };
    const { administration, behind, revision, clock } = await aRollout({ log: { ...store, onStatus } });
    await store.reportStatus(behind({ instance: "boot-2" }));
    const rollout = begin(administration, { timeoutMs: 2_000 });
    await next(rollout, () => undefined);

    const last = await next(rollout, () => {
      hint(aReport(revision, { instance: "boot-1", sequence: 99 }));
      clock.advance(2_000);
    });

    expect(last).toMatchObject({ end: "timed-out", clusters: [{ replicas: [{ progress: "pending" }] }] });
  });

  it("stops listening when it is broken off, and ends when it is aborted", async () => {
    const store = memoryRevisionLog();
    let listeners = 0;
    const onStatus: typeof store.onStatus = (listener) => {
      const stop = store.onStatus(listener);
      listeners += 1;
      return () => {
        listeners -= 1;
        stop();
      };
    };
    const { administration } = await aRollout({ log: { ...store, onStatus } });
    const abort = new AbortController();

    for await (const _status of administration.rollout({})) break;
    const rollout = begin(administration, { signal: abort.signal });
    await next(rollout, () => undefined);
    const coming = rollout.next();
    abort.abort();

    expect(await coming).toMatchObject({ done: true });
    expect(listeners).toBe(0);
  });
});
