import type { ReplicaStatus } from "@portcullis/policy-bus";
import { probeImage } from "../history/bundle-recipe.ts";
import type {
  AppliedEvent,
  DecisionEvent,
  EntryEvent,
  FaultEvent,
  HistoryEvent,
  PublishEvent,
  RolloutEvent,
  RunEvent,
  StatusEvent,
} from "../history/history-event.ts";
import { readHistory } from "../history/read-history.ts";
import type { Property } from "./violation.ts";

/** Two replicas in `blue`, which are stale after 6 s and defer past 60 s, and one in `green`, which serves for ever. */
export const aRun: RunEvent = {
  kind: "run",
  at: 0,
  seed: 1,
  server: "none",
  lineage: "policies",
  trustedKeys: ["key"],
  replicas: [
    { replica: "blue-1", cluster: "blue", staleAfterMs: 6_000, ceilingMs: 60_000, whenExpired: "defer" },
    { replica: "blue-2", cluster: "blue", staleAfterMs: 6_000, ceilingMs: 60_000, whenExpired: "defer" },
    { replica: "green-1", cluster: "green", staleAfterMs: 6_000, ceilingMs: null, whenExpired: "serve" },
  ],
  oldLeaderMs: 0,
};

/** What a property says of a run with these events. */
export function messagesOf(property: Property, ...events: readonly HistoryEvent[]): readonly string[] {
  return property(readHistory([aRun, ...events])).map(({ message }) => message);
}

/** Revisions 1 to `count` of epoch 1 for all clusters, chained and signed by the trusted key. */
export function revisions(count: number): readonly EntryEvent[] {
  return Array.from({ length: count }, (_, index) => anEntry(index + 1));
}

export function anEntry(revision: number, overrides: Partial<EntryEvent> = {}): EntryEvent {
  return {
    kind: "entry",
    at: revision,
    epoch: 1,
    revision,
    digest: `manifest ${revision}`,
    prevDigest: revision === 1 ? null : `manifest ${revision - 1}`,
    continues: null,
    bundleDigest: `bundle ${revision}`,
    recipe: { number: revision, poison: null, padding: 0 },
    audience: ["*"],
    signedBy: ["key"],
    nextKeys: null,
    ...overrides,
  };
}

export function anApply(revision: number, overrides: Partial<AppliedEvent> = {}): AppliedEvent {
  return {
    kind: "applied",
    at: 100 * revision,
    replica: "blue-1",
    life: 1,
    epoch: 1,
    revision,
    bundleDigest: `bundle ${revision}`,
    ...overrides,
  };
}

/** A question about bit 0 of one side, answered rightly by revision 1 (which allows it) or 2 (which does not). */
export function anAnswer(revision: number, overrides: Partial<DecisionEvent> = {}): DecisionEvent {
  const image = probeImage("left", 0);
  const isAllowed = revision % 2 === 1;
  const sentAt = overrides.sentAt ?? 1_000;
  return {
    kind: "decision",
    sentAt,
    at: sentAt + 1,
    replica: "blue-1",
    session: null,
    cluster: "blue",
    images: [image],
    asked: { mode: "minimize-latency" },
    verdict: isAllowed ? "allow" : "deny",
    code: null,
    denied: isAllowed ? [] : [image],
    servedAt: aToken(revision),
    stalenessMs: 0,
    isDegraded: false,
    isExpired: false,
    pair: null,
    ...overrides,
  };
}

export function aToken(revision: number) {
  return { lineage: "policies", epoch: 1, revision };
}

export function aPublish(revision: number, overrides: Partial<PublishEvent> = {}): PublishEvent {
  const at = overrides.at ?? 100 * revision;
  return {
    kind: "publish",
    beganAt: at - 1,
    at,
    recipe: { number: revision, poison: null, padding: 0 },
    audience: ["*"],
    outcome: "published",
    position: { epoch: 1, revision },
    digest: `manifest ${revision}`,
    ...overrides,
  };
}

export function aReport(at: number, fields: Partial<ReplicaStatus>): StatusEvent {
  const status: ReplicaStatus = {
    cluster: "blue",
    replica: "blue-1",
    instance: "1",
    version: "1",
    applied: null,
    appliedDigest: null,
    seen: null,
    nacks: [],
    appliedAt: [],
    freshness: "fresh",
    stalenessMs: 0,
    ceilingMs: 60_000,
    whenExpired: "defer",
    allowTtlSeconds: null,
    frontEndCacheMs: null,
    longestReviewMs: 0,
    reportedAt: "2026-01-02T03:04:05.678Z",
    sequence: 1,
    ...fields,
  };
  return { kind: "status", at, status };
}

export function aFault(id: number, at: number, cut: FaultEvent["cut"] = []): FaultEvent {
  return { kind: "fault", at, id, name: "cut", cut };
}

export function aRollout(revision: number, overrides: Partial<RolloutEvent> = {}): RolloutEvent {
  return { kind: "rollout", at: 500, epoch: 1, revision, audience: ["blue"], outcome: "all-acked", inForceAt: null, ...overrides };
}
