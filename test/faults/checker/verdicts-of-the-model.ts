import { compile, evaluate, type Snapshot } from "@portcullis/policy";
import { aWorkload } from "@portcullis/testing";
import { bundleOf } from "../history/bundle-recipe.ts";
import type { EntryEvent } from "../history/history-event.ts";
import { type History, nameOf, servedPosition } from "../history/read-history.ts";
import type { Violation } from "./violation.ts";

/** Every verdict, and every image it names, is what `evaluate` makes of the bundle that was published as its `served_at`. */
export function verdictsOfTheModel(history: History): readonly Violation[] {
  const judge = modelOf(history);
  return history.of("decision").flatMap((decision) => {
    const position = servedPosition(decision);
    if (position === undefined) return [];
    const { at, cluster, images, verdict, denied, replica } = decision;
    const by = `${replica === null ? "a front-end" : `replica "${replica}"`} answered by ${nameOf(position)}`;
    const entry = history.chain.at(position);
    if (entry === undefined) return [{ at, message: `${by}, which was never published` }];
    if (entry.recipe.poison !== null) return [{ at, message: `${by}, which is poison` }];
    const model = judge(entry, cluster, images);
    if (model.verdict === verdict && isSameSet(model.denied, denied)) return [];
    return [
      { at, message: `${by} ${verdict} of [${denied.join(", ")}], and the model says ${model.verdict} of [${model.denied.join(", ")}]` },
    ];
  });
}

interface Judged {
  readonly verdict: "allow" | "deny";
  readonly denied: readonly string[];
}

/** Compiles each bundle, and judges each question, once. */
function modelOf({ run }: History): (entry: EntryEvent, cluster: string, images: readonly string[]) => Judged {
  const snapshots = new Map<string, Snapshot>();
  const verdicts = new Map<string, Judged>();

  function snapshotOf({ digest, recipe, epoch, revision }: EntryEvent, cluster: string): Snapshot {
    const key = JSON.stringify([digest, cluster]);
    const token = { lineage: run.lineage, epoch, revision };
    const snapshot = snapshots.get(key) ?? compile(bundleOf(recipe), { revision: token, cluster });
    snapshots.set(key, snapshot);
    return snapshot;
  }

  return (entry, cluster, images) => {
    const key = JSON.stringify([entry.digest, cluster, images]);
    const known = verdicts.get(key);
    if (known !== undefined) return known;
    const decision = evaluate(snapshotOf(entry, cluster), aWorkload({ cluster, images }));
    const denied = decision.verdict === "deny" ? decision.denials.map(({ image }) => image) : [];
    const judged = { verdict: decision.verdict, denied };
    verdicts.set(key, judged);
    return judged;
  };
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return new Set(a).size === new Set(b).size && a.every((image) => b.includes(image));
}
