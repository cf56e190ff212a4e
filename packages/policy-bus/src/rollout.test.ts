import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReplicaStatus } from "./replica-status.ts";
import { aReplicaStatus } from "./replica-status-fixture.ts";
import { noteStatus, type Rollout, type RolloutTarget, rolloutOf, startRollout } from "./rollout.ts";

const old = { lineage: "policies", epoch: 1, revision: 4 };
const token = { lineage: "policies", epoch: 1, revision: 5 };

function aTarget(overrides: Partial<RolloutTarget> = {}): RolloutTarget {
  return { token, audience: ["*"], publishedAtMs: 1_000, ...overrides };
}

/** A replica that serves the revision before the target, with bounds that are all known. */
function behind(overrides: Partial<ReplicaStatus> = {}): ReplicaStatus {
  return aReplicaStatus({ applied: old, seen: old, allowTtlSeconds: 30, frontEndCacheMs: 200, longestReviewMs: 50, ...overrides });
}

function heard(target: RolloutTarget, ...reports: readonly (readonly [atMs: number, status: ReplicaStatus])[]): Rollout {
  return reports.reduce((rollout, [atMs, status]) => noteStatus(rollout, status, atMs), startRollout(target));
}

describe("rolloutOf", () => {
  it("waits where nobody has reported", () => {
    expect(rolloutOf(startRollout(aTarget()), 1e9)).toEqual({ outcome: "pending", clusters: [] });
  });

  it("names the moment from which nothing contradicts the revision, from the last apply on", () => {
    const rollout = heard(
      aTarget(),
      [2_000, behind({ replica: "a", applied: token })],
      [3_000, behind({ replica: "b", applied: { ...token, revision: 6 } })],
      [9_000, behind({ replica: "b", applied: { ...token, revision: 6 }, sequence: 2 })],
    );

    const { outcome, inForceAtMs } = rolloutOf(rollout, 9_000);

    expect(outcome).toBe("all-acked");
    expect(inForceAtMs).toBe(3_000 + 200 + 50 + 30_000);
  });

  it("takes in as many replicas as a cluster makes up, each at the same cost", () => {
    const rollout = startRollout(aTarget());

    for (let index = 0; index < 50_000; index += 1) noteStatus(rollout, behind({ replica: `r${index}` }), 2_000);

    expect(rolloutOf(rollout, 2_000).clusters[0]?.replicas).toHaveLength(50_000);
  });

  it.each([
    ["allow-ttl", { allowTtlSeconds: null }],
    ["front-end-cache", { frontEndCacheMs: null }],
  ] as const)("knows no moment where a cluster never said its %s", (bound, missing) => {
    const rollout = heard(aTarget(), [2_000, behind({ applied: token, ...missing })]);

    const view = rolloutOf(rollout, 9_000);

    expect(view.outcome).toBe("all-acked");
    expect(view).not.toHaveProperty("inForceAtMs");
    expect(view.clusters).toMatchObject([{ unknown: [bound] }]);
  });

  it("proves by time that a silent replica is out, where it does not serve what is expired", () => {
    const rollout = heard(aTarget(), [500, behind({ ceilingMs: 60_000, whenExpired: "deny" })]);
    const fencedAtMs = 1_000 + 10_000 + 60_060;

    expect(rolloutOf(rollout, fencedAtMs - 1).outcome).toBe("pending");
    expect(rolloutOf(rollout, fencedAtMs)).toMatchObject({ outcome: "fenced", inForceAtMs: fencedAtMs + 200 + 50 + 30_000 });
  });

  it.each([
    ["serves what is expired", { ceilingMs: 60_000, whenExpired: "serve" }],
    ["has no ceiling", { ceilingMs: null, whenExpired: "deny" }],
  ] as const)("proves nothing of a replica that %s", (_, configured) => {
    const rollout = heard(aTarget(), [500, behind(configured)]);

    expect(rolloutOf(rollout, 1e12).outcome).toBe("pending");
  });

  it("proves nothing of a replica that never reported", () => {
    const rollout = heard(aTarget({ expected: [{ cluster: "default", replica: "b" }] }), [2_000, behind({ replica: "a", applied: token })]);

    expect(rolloutOf(rollout, 1e12).outcome).toBe("pending");
  });

  it("believes a replica that calls itself unexpired after it had to be expired", () => {
    const rollout = heard(aTarget(), [500_000, behind({ ceilingMs: 60_000, whenExpired: "deny", freshness: "stale" })]);

    expect(rolloutOf(rollout, 600_000).outcome).toBe("pending");
  });

  it("says that a replica refused the revision", () => {
    const nacks = [{ token, code: "policy-none", detail: "there is no policy in this bundle" }];
    const rollout = heard(aTarget(), [2_000, behind({ nacks, ceilingMs: 1, whenExpired: "deny" })]);

    expect(rolloutOf(rollout, 1e12).outcome).toBe("nacked");
  });

  it("asks nothing of clusters that the revision is not meant for", () => {
    const target = aTarget({ audience: ["canary-*"] });
    const rollout = heard(target, [2_000, behind({ cluster: "canary-1", applied: token })], [2_000, behind({ cluster: "blue" })]);

    const { outcome, clusters } = rolloutOf(rollout, 3_000);

    expect(outcome).toBe("all-acked");
    expect(clusters.map(({ cluster }) => cluster)).toEqual(["canary-1"]);
  });

  it("takes back an acknowledgement where a replica began anew with less", () => {
    const acked = heard(aTarget(), [2_000, behind({ applied: token })]);

    expect(rolloutOf(noteStatus(acked, behind({ instance: "boot-2" }), 3_000), 3_000).outcome).toBe("pending");
  });

  it("is not misled by reports that come late", () => {
    const acked = heard(aTarget(), [2_000, behind({ applied: token, sequence: 5 })]);

    expect(rolloutOf(noteStatus(acked, behind({ sequence: 4 }), 3_000), 3_000).outcome).toBe("all-acked");
  });

  it("never claims that all acknowledged while a known replica has not, and goes only forward while replicas do", () => {
    fc.assert(
      fc.property(fc.array(progressing(), { minLength: 1, maxLength: 4 }), fc.array(fc.nat(3), { maxLength: 20 }), (replicas, order) => {
        let wasSettled = false;
        for (const { outcome, serving } of follow(replicas, order)) {
          const isSettled = outcome === "all-acked" || outcome === "fenced";

          if (outcome === "all-acked") expect(serving).toBe(replicas.length);
          expect(isSettled || !wasSettled).toBe(true);
          wasSettled = isSettled;
        }
      }),
    );
  });
});

/** What is seen after each report, in the order of turns, 20 s apart; and how many replicas serve the target by then. */
function* follow(replicas: readonly (readonly ReplicaStatus[])[], order: readonly number[]) {
  const coming = replicas.map((reports) => [...reports]);
  const newest = new Map<number, ReplicaStatus>();
  let rollout = startRollout(aTarget({ expected: replicas.map((_, index) => ({ cluster: "default", replica: `r${index}` })) }));
  for (const [step, turn] of order.entries()) {
    const index = turn % replicas.length;
    const status = coming[index]?.shift();
    const nowMs = step * 20_000;
    if (status !== undefined) {
      newest.set(index, status);
      rollout = noteStatus(rollout, { ...status, replica: `r${index}` }, nowMs);
    }
    yield { outcome: rolloutOf(rollout, nowMs).outcome, serving: [...newest.values()].filter(isServing).length };
  }
}

function isServing({ applied }: ReplicaStatus): boolean {
  return (applied?.revision ?? 0) >= token.revision;
}

/** Reports of one instance whose revision never falls, and that expires as it said it would. */
function progressing(): fc.Arbitrary<readonly ReplicaStatus[]> {
  const revisions = fc.array(fc.integer({ min: 3, max: 7 }), { minLength: 1, maxLength: 5 }).map((list) => list.toSorted());
  const whenExpired = fc.constantFrom("serve", "deny", "defer");
  return fc.record({ revisions, whenExpired }).map((replica) =>
    replica.revisions.map((revision, index) =>
      behind({
        applied: { ...token, revision },
        sequence: index + 1,
        ceilingMs: 30_000,
        whenExpired: replica.whenExpired,
        freshness: "expired",
      }),
    ),
  );
}
