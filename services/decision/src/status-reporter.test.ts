import type { ReplicaStatus } from "@portcullis/policy-bus";
import { aRevisionToken, createFakeClock } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import type { ReplicaReport } from "./replica-report.ts";
import { startStatusReporter } from "./status-reporter.ts";

describe("startStatusReporter", () => {
  it("reports at the start, at changes, and now and then, each with the next number of this start", async () => {
    const { reporter, sent, clock, set } = aReporter();
    await settled();

    reporter.changed();
    set({ applied: aRevisionToken({ revision: 2 }) });
    reporter.changed();
    clock.advance(100);
    await settled();
    clock.advance(5_500);
    await settled();

    expect(sent.map(({ sequence, applied }) => [sequence, applied?.revision])).toEqual([
      [1, undefined],
      [2, 2],
      [3, 2],
    ]);
    expect(new Set(sent.map(({ instance }) => instance)).size).toBe(1);
  });

  it("does not take another age for a change", async () => {
    const { reporter, sent, set, clock } = aReporter();
    await settled();

    set({ stalenessMs: 1_234 });
    reporter.changed();
    clock.advance(100);
    await settled();

    expect(sent.length).toBe(1);
  });

  it("keeps one report waiting while the bus is lost, and says the newest once it is back", async () => {
    const { reporter, sent, set, clock, bus, problems } = aReporter();
    await settled();
    const lost = Promise.withResolvers<void>();
    bus.answer = lost.promise;

    for (let revision = 2; revision < 10; revision += 1) {
      set({ applied: aRevisionToken({ revision }) });
      reporter.changed();
      clock.advance(60_000);
      await settled();
    }
    const whileLost = sent.length;
    bus.answer = Promise.resolve();
    lost.reject(new Error("nobody is there"));
    await settled();
    clock.advance(100);
    await settled();

    expect(whileLost).toBe(2);
    expect(sent.map(({ applied }) => applied?.revision)).toEqual([undefined, 2, 9]);
    expect(problems.length).toBe(1);
  });

  it("says nothing once it is closed", async () => {
    const { reporter, sent, set, clock } = aReporter();
    await settled();

    await reporter.close();
    set({ freshness: "stale" });
    reporter.changed();
    clock.advance(60_000);
    await settled();

    expect(sent.length).toBe(1);
  });

  it("takes its report back once the last one has left, and does not wait for a bus that is lost", async () => {
    const { reporter, withdrawn, bus, clock, set } = aReporter();
    await settled();
    const last = Promise.withResolvers<void>();
    bus.answer = last.promise;
    set({ freshness: "stale" });
    reporter.changed();
    clock.advance(100);

    const closing = reporter.close();
    await settled();
    const early = [...withdrawn];
    last.resolve();
    await closing;

    const lost = aReporter();
    lost.bus.answer = new Promise(() => {});
    await settled();
    lost.set({ freshness: "stale" });
    lost.reporter.changed();
    lost.clock.advance(100);
    const givingUp = lost.reporter.close();
    lost.clock.advance(1_500);
    await givingUp;

    expect([early, withdrawn, lost.withdrawn]).toEqual([[], ["blue/one"], []]);
    expect(clock.now()).toBe(1_100);
  });
});

function aReporter() {
  const clock = createFakeClock();
  const sent: ReplicaStatus[] = [];
  const problems: unknown[] = [];
  const withdrawn: string[] = [];
  const bus = { answer: Promise.resolve() };
  let report: ReplicaReport = {
    cluster: "blue",
    replica: "one",
    version: "0.1.0",
    applied: null,
    appliedDigest: null,
    seen: null,
    nacks: [],
    appliedAt: [],
    freshness: "fresh",
    stalenessMs: 0,
    ceilingMs: null,
    whenExpired: "serve",
    allowTtlSeconds: null,
    frontEndCacheMs: 0,
    longestReviewMs: 30_000,
  };
  const reporter = startStatusReporter({
    log: {
      reportStatus(status) {
        sent.push(status);
        return bus.answer;
      },
      async withdrawStatus({ cluster, replica }) {
        withdrawn.push(`${cluster}/${replica}`);
      },
    },
    clock: { ...clock, wallNow: () => 1_700_000_000_000 },
    report: () => report,
    onSent: (problem) => problem !== undefined && problems.push(problem),
  });
  return { reporter, sent, withdrawn, problems, clock, bus, set: (change: Partial<ReplicaReport>) => (report = { ...report, ...change }) };
}

/** Whatever was promised and resolved has had its turn. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
