import { type RevisionHistory, readEntries, readRevisions } from "./revision-history.ts";
import type { RevisionLog } from "./revision-log.ts";
import type { TrustAnchors } from "./signing/chain.ts";

/** Reads and verifies a log as `readRevisions` does. */
export type RevisionReader = () => Promise<RevisionHistory>;

/**
 * For whoever reads a log again and again: reads only what came since the last time, and all of it where the newest entry of that
 * time is not there any more. What the log has lost before that entry it does not notice.
 */
export function createRevisionReader(log: RevisionLog, anchors: TrustAnchors): RevisionReader {
  let known: RevisionHistory | undefined;

  return async () => {
    const history = (known && (await readOn(log, known))) ?? (await readRevisions(log, anchors));
    known = history;
    return history;
  };
}

/** Undefined where the log is another one by now, or was cut. */
async function readOn(log: RevisionLog, known: RevisionHistory): Promise<RevisionHistory | undefined> {
  const head = await log.readHead();
  const { lastPosition, lastEnvelope } = known;
  if (head === undefined || lastEnvelope === undefined || head.position < lastPosition) return undefined;
  const entries = log.readAfter(lastPosition - 1)[Symbol.asyncIterator]();
  const first = await entries.next();
  const isSame = first.done !== true && first.value.position === lastPosition && Buffer.compare(first.value.envelope, lastEnvelope) === 0;
  if (!isSame) return undefined;
  return readEntries({ [Symbol.asyncIterator]: () => entries }, known, head.position);
}
