import type { HistoryEvent } from "../history/history-event.ts";
import { readHistory } from "../history/read-history.ts";
import { acksAreTrue } from "./acks-are-true.ts";
import { appliedAfterHeal } from "./applied-after-heal.ts";
import { appliedInOrder } from "./applied-in-order.ts";
import { chainWithoutGap } from "./chain-without-gap.ts";
import { consistencyIsKept } from "./consistency-is-kept.ts";
import { expiredIsNeverFresh } from "./expired-is-never-fresh.ts";
import { oneDigestPerRevision } from "./one-digest-per-revision.ts";
import { onlyPoisonIsRefused } from "./only-poison-is-refused.ts";
import { pairedProbesAgree } from "./paired-probes-agree.ts";
import { publishersTellTheTruth } from "./publishers-tell-the-truth.ts";
import { rolloutsAreTrue } from "./rollouts-are-true.ts";
import { verdictsOfTheModel } from "./verdicts-of-the-model.ts";
import type { Property, Violation } from "./violation.ts";

/** Every property that a history is checked for; `docs/consistency.md` says of each what it promises. */
export const properties = {
  "chain-without-gap": chainWithoutGap,
  "applied-in-order": appliedInOrder,
  "one-digest-per-revision": oneDigestPerRevision,
  "verdicts-of-the-model": verdictsOfTheModel,
  "paired-probes-agree": pairedProbesAgree,
  "applied-after-heal": appliedAfterHeal,
  "expired-is-never-fresh": expiredIsNeverFresh,
  "consistency-is-kept": consistencyIsKept,
  "acks-are-true": acksAreTrue,
  "rollouts-are-true": rolloutsAreTrue,
  "publishers-tell-the-truth": publishersTellTheTruth,
  "only-poison-is-refused": onlyPoisonIsRefused,
} as const satisfies Readonly<Record<string, Property>>;
export type PropertyName = keyof typeof properties;

/** A promise that a history breaks. */
export interface BrokenProperty {
  readonly property: string;
  readonly violations: readonly Violation[];
}

/** Pure. Empty where every promise is kept. */
export function checkHistory(events: readonly HistoryEvent[]): readonly BrokenProperty[] {
  const history = readHistory(events);
  return Object.entries(properties)
    .map(([property, check]) => ({ property, violations: check(history) }))
    .filter(({ violations }) => violations.length > 0);
}
