import type { AppliedRevision, ExpiryAction, Freshness, ReplicaStatus, RevisionNack } from "@portcullis/policy-bus";
import { fromRevisionTokenMessage, toRevisionTokenMessage } from "@portcullis/wire";
import {
  type AppliedRevision as AppliedMessage,
  ExpiryAction as ExpiryEnum,
  enumTable,
  Freshness as FreshnessEnum,
  type RevisionNack as NackMessage,
  type ReplicaStatus as StatusMessage,
} from "@portcullis/wire/policy";
import { orNull, present } from "./words.ts";

const freshness = enumTable<Freshness, FreshnessEnum>({
  fresh: FreshnessEnum.FRESHNESS_FRESH,
  stale: FreshnessEnum.FRESHNESS_STALE,
  expired: FreshnessEnum.FRESHNESS_EXPIRED,
});

const expiry = enumTable<ExpiryAction, ExpiryEnum>({
  serve: ExpiryEnum.EXPIRY_ACTION_SERVE,
  deny: ExpiryEnum.EXPIRY_ACTION_DENY,
  defer: ExpiryEnum.EXPIRY_ACTION_DEFER,
});

export function toStatusMessage(status: ReplicaStatus): StatusMessage {
  return {
    cluster: status.cluster,
    replica: status.replica,
    instance: status.instance,
    version: status.version,
    applied: status.applied === null ? undefined : toRevisionTokenMessage(status.applied),
    appliedDigest: status.appliedDigest ?? "",
    seen: status.seen === null ? undefined : toRevisionTokenMessage(status.seen),
    nacks: status.nacks.map(toNackMessage),
    appliedAt: status.appliedAt.map(({ token, at }) => ({ token: toRevisionTokenMessage(token), at })),
    freshness: freshness.toProto(status.freshness),
    stalenessMs: wholeMs(status.stalenessMs),
    ceilingMs: status.ceilingMs ?? undefined,
    whenExpired: expiry.toProto(status.whenExpired),
    allowTtlSeconds: status.allowTtlSeconds ?? undefined,
    frontEndCacheMs: status.frontEndCacheMs ?? undefined,
    longestReviewMs: wholeMs(status.longestReviewMs),
    reportedAt: status.reportedAt,
    sequence: status.sequence,
  };
}

/** Times that were measured may have fractions, which do not travel: rounded up, so that nothing looks younger than it is. */
function wholeMs(ms: number): number {
  return Math.ceil(ms);
}

/** Throws `InvalidMessageError`. */
export function fromStatusMessage(message: StatusMessage | undefined, field: string): ReplicaStatus {
  const status = present(message, field);
  return {
    cluster: status.cluster,
    replica: status.replica,
    instance: status.instance,
    version: status.version,
    applied: status.applied === undefined ? null : fromRevisionTokenMessage(status.applied, `${field}.applied`),
    appliedDigest: orNull(status.appliedDigest),
    seen: status.seen === undefined ? null : fromRevisionTokenMessage(status.seen, `${field}.seen`),
    nacks: status.nacks.map((nack) => fromNackMessage(nack, `${field}.nacks`)),
    appliedAt: status.appliedAt.map((applied) => fromAppliedMessage(applied, `${field}.applied_at`)),
    freshness: freshness.fromProto(status.freshness, `${field}.freshness`),
    stalenessMs: status.stalenessMs,
    ceilingMs: status.ceilingMs ?? null,
    whenExpired: expiry.fromProto(status.whenExpired, `${field}.when_expired`),
    allowTtlSeconds: status.allowTtlSeconds ?? null,
    frontEndCacheMs: status.frontEndCacheMs ?? null,
    longestReviewMs: status.longestReviewMs,
    reportedAt: status.reportedAt,
    sequence: status.sequence,
  };
}

export function toNackMessage({ token, code, detail }: RevisionNack): NackMessage {
  return { token: toRevisionTokenMessage(token), code, detail };
}

/** Throws `InvalidMessageError`. */
export function fromNackMessage({ token, code, detail }: NackMessage, field: string): RevisionNack {
  return { token: fromRevisionTokenMessage(token, `${field}.token`), code, detail };
}

function fromAppliedMessage({ token, at }: AppliedMessage, field: string): AppliedRevision {
  return { token: fromRevisionTokenMessage(token, `${field}.token`), at };
}
