import { namesCluster } from "@portcullis/policy";
import { type ChainModel, chainModelOf } from "./chain-model.ts";
import type { DecisionEvent, EntryEvent, HistoryEvent, Position, PublishEvent, ReplicaSetting, RunEvent } from "./history-event.ts";

type Kind = HistoryEvent["kind"];
type OfKind<K extends Kind> = Extract<HistoryEvent, { readonly kind: K }>;

/** A history, and what properties ask of it. */
export interface History {
  readonly run: RunEvent;
  readonly chain: ChainModel;
  /** Events of one kind in the order they were noted. */
  of<K extends Kind>(kind: K): readonly OfKind<K>[];
  setting(replica: string): ReplicaSetting;
  /** When the observer stopped. */
  readonly endedAt: number;
}

/** Throws where the first event says nothing of the run. */
export function readHistory(events: readonly HistoryEvent[]): History {
  const [run] = events;
  if (run?.kind !== "run") throw new Error("a history begins with the event that describes its run");
  const ordered = events.toSorted((a, b) => a.at - b.at);
  const byKind = Map.groupBy(ordered, ({ kind }) => kind);
  const settings = new Map(run.replicas.map((setting) => [setting.replica, setting]));
  // The group of a kind holds events of that kind only.
  const of = <K extends Kind>(kind: K) => (byKind.get(kind) ?? []).filter((event): event is OfKind<K> => event.kind === kind);
  return {
    run,
    chain: chainModelOf(of("entry"), run),
    of,
    setting(replica) {
      const setting = settings.get(replica);
      if (setting === undefined) throw new Error(`the run has no replica "${replica}"`);
      return setting;
    },
    endedAt: ordered.at(-1)?.at ?? run.at,
  };
}

/** Reads JSON lines. */
export function parseHistory(text: string): readonly HistoryEvent[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): HistoryEvent => JSON.parse(line));
}

/** Negative, zero or positive as `a` is before, at or after `b`. */
export function compare(a: Position, b: Position): number {
  return a.epoch === b.epoch ? a.revision - b.revision : a.epoch - b.epoch;
}

export function nameOf({ epoch, revision }: Position): string {
  return `${epoch}.${revision}`;
}

export function isMeantFor({ audience }: Pick<EntryEvent | PublishEvent, "audience">, cluster: string): boolean {
  return namesCluster(audience, cluster);
}

/** A verdict by a policy, with the revision that gave it. */
export function servedPosition({ servedAt, verdict, isExpired }: DecisionEvent): Position | undefined {
  return servedAt === null || verdict === "undecided" || isExpired ? undefined : servedAt;
}
