import type { Bundle } from "@portcullis/policy";
import type { PublishOptions, PublishOutcome } from "./publish-revision.ts";
import { publishRevision } from "./publish-revision.ts";
import type { PublishedRevision } from "./revision-history.ts";
import type { RevisionLog } from "./revision-log.ts";
import type { TrustAnchors } from "./signing/chain.ts";
import { generateSigningKey, type SigningKey } from "./signing/signing-key.ts";

export const publishingKey: SigningKey = generateSigningKey();
export const publishingAnchors: TrustAnchors = { lineage: "policies", keys: [publishingKey.entry] };

/** A bundle that differs from all others with another text. */
export function aListBundle(text: string): Bundle {
  return { files: [{ path: "list.txt", text }] };
}

export type PublishOverrides = Partial<PublishOptions> & { readonly text?: string; readonly audience?: readonly string[] };

/** Publishes a list to all clusters, without waiting between attempts, unless said otherwise. */
export function publish(log: RevisionLog, { text = "a", audience = ["*"], ...options }: PublishOverrides = {}): Promise<PublishOutcome> {
  return publishRevision({
    log,
    anchors: publishingAnchors,
    keys: [publishingKey],
    change: { kind: "content", bundle: aListBundle(text), audience },
    publisher: "ci@example.com",
    pauseMs: 0,
    ...options,
  });
}

/** The revision that was published; throws where none was. */
export async function published(log: RevisionLog, overrides: PublishOverrides = {}): Promise<PublishedRevision> {
  const outcome = await publish(log, overrides);
  if (outcome.outcome === "published") return outcome.revision;
  throw new Error(`it was not published: ${outcome.outcome}`);
}
