import type { PublishedRevision, RevisionHistory } from "@portcullis/policy-bus";
import { ControlError } from "./control-error.ts";
import type { RevisionSelector } from "./revision-list.ts";

/** The revision that is named. Throws `ControlError` where the log does not hold it. */
export function selectRevision(history: Pick<RevisionHistory, "revisions">, selector: RevisionSelector): PublishedRevision {
  if (selector === "newest") return newestOf(history);
  const { epoch = history.revisions.at(-1)?.token.epoch, revision } = selector;
  const found = history.revisions.find(({ token }) => token.epoch === epoch && token.revision === revision);
  if (found !== undefined) return found;
  const message = `the log holds no revision ${epoch ?? 1}.${revision}; \`portcullis revisions list\` shows those that it holds`;
  throw new ControlError("control-no-such-revision", message);
}

/** Throws `ControlError` where the log holds no revision. */
export function newestOf({ revisions }: Pick<RevisionHistory, "revisions">): PublishedRevision {
  const newest = revisions.at(-1);
  if (newest !== undefined) return newest;
  throw new ControlError("control-no-such-revision", "the log holds no revision yet; publish one first");
}
