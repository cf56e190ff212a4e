import type { RevisionToken } from "@portcullis/policy";
import type { AppliedRevision, FollowState, ReplicaStatus } from "@portcullis/policy-bus";
import type { DecisionConfig } from "./config.ts";

/** What a replica reports, but for what the report itself adds. */
export type ReplicaReport = Omit<ReplicaStatus, "instance" | "sequence" | "reportedAt">;

/** What stays the same for the life of a process. */
export type ReplicaFacts = Pick<
  ReplicaReport,
  "cluster" | "replica" | "version" | "ceilingMs" | "whenExpired" | "allowTtlSeconds" | "frontEndCacheMs" | "longestReviewMs"
>;

/** The newest few: who reads reports seldom still sees each. */
const maxApplied = 16;

/** Takes from the settings what proofs about this replica rest on. */
export function factsOf(
  { cluster, freshness }: Pick<DecisionConfig, "cluster" | "freshness">,
  { replica, version }: Pick<ReplicaFacts, "replica" | "version">,
): ReplicaFacts {
  const { ceilingMs, whenExpired, coldStartMaxAgeMs } = freshness;
  return {
    cluster: cluster.name,
    replica,
    version,
    // A replica that may serve what it stored, by the time of day, has no ceiling that a proof could count on.
    ceilingMs: ceilingMs === undefined || whenExpired === "serve" || coldStartMaxAgeMs > 0 ? null : ceilingMs,
    whenExpired,
    allowTtlSeconds: cluster.allowTtlSeconds ?? null,
    // Front-ends of this release repeat no verdict.
    frontEndCacheMs: 0,
    // Whoever held up an answer, a front-end that was stopped for a while too: after that no API server listens for it any more.
    longestReviewMs: cluster.reviewTimeoutSeconds * 1_000,
  };
}

/** A report of the state of a follower. */
export function toReport(facts: ReplicaFacts, state: FollowState, appliedAt: readonly AppliedRevision[]): ReplicaReport {
  const { applied, appliedDigest, seen, nacks, freshness, stalenessMs } = state;
  return {
    ...facts,
    applied,
    appliedDigest,
    seen,
    nacks: nacks.map(({ token, code, detail }) => ({ token, code, detail: oneLine(detail) })),
    appliedAt,
    freshness,
    stalenessMs: Math.max(0, Math.round(stalenessMs)),
  };
}

/** When revisions were put in force. */
export interface AppliedTimes {
  note(token: RevisionToken): void;
  list(): readonly AppliedRevision[];
}

/** `wallNow`: the time of day in milliseconds. */
export function recordAppliedTimes(wallNow: () => number): AppliedTimes {
  const times: AppliedRevision[] = [];
  return {
    note(token) {
      times.push({ token, at: new Date(wallNow()).toISOString() });
      if (times.length > maxApplied) times.shift();
    },
    list: () => [...times],
  };
}

/** Compilers list every mistake, and a report is a few kilobytes. */
function oneLine(text: string): string {
  const flat = text.replaceAll(/\s*\n\s*/gu, "; ");
  return flat.length <= 500 ? flat : `${flat.slice(0, 500).toWellFormed()}…`;
}
