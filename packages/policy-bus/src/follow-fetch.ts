import { beforeEnd, EndedError } from "./before-end.ts";
import { type WithinOptions, within } from "./follow-pace.ts";
import type { RevisionLog } from "./revision-log.ts";

/** A bundle by its digest. Rejects with `EndedError` where it takes too long. */
export type FetchBundle = (digest: string) => Promise<Uint8Array | undefined>;

/**
 * Waits for a bundle as long as it is told to. What takes longer goes on, and is there for whoever asks again: a large bundle over a
 * slow line would never arrive if it began anew each time, and each attempt would hold memory for all of it.
 */
export function createFetch({ getBundle }: Pick<RevisionLog, "getBundle">, waiting: WithinOptions): FetchBundle {
  let underWay: { readonly digest: string; readonly bytes: Promise<Uint8Array | undefined> } | undefined;

  function begin(digest: string): Promise<Uint8Array | undefined> {
    const bytes = getBundle(digest);
    // Whether it fails is for whoever waits then.
    bytes.catch(() => undefined);
    underWay = { digest, bytes };
    return bytes;
  }

  return async (digest) => {
    const bytes = underWay?.digest === digest ? underWay.bytes : begin(digest);
    try {
      const fetched = await within(waiting, (end) => beforeEnd(end, bytes));
      underWay = undefined;
      return fetched;
    } catch (error) {
      if (!(error instanceof EndedError)) underWay = undefined;
      throw error;
    }
  };
}
