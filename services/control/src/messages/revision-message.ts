import type { Manifest, PublicKeyEntry, PublishedRevision, ReplicaName, SkippedEntry } from "@portcullis/policy-bus";
import { revisionProblemCodes } from "@portcullis/policy-bus";
import { fromRevisionTokenMessage, InvalidMessageError, toRevisionTokenMessage } from "@portcullis/wire";
import type {
  PublicKey,
  Revision,
  RevisionPosition,
  RevisionSelector as SelectorMessage,
  SkippedEntry as SkippedMessage,
} from "@portcullis/wire/policy";
import type { RevisionSelector } from "../revision-list.ts";
import { present, wordOf } from "./words.ts";

export function toRevisionMessage({ token, digest, position, manifest, signedBy }: PublishedRevision): Revision {
  const { bundle, prevDigest, audience, continues, nextKeys, rollbackOf, widens, publishedAt, publisher } = manifest;
  return {
    token: toRevisionTokenMessage(token),
    digest,
    prevDigest: prevDigest ?? "",
    bundleDigest: bundle.digest,
    bundleSizeBytes: bundle.sizeBytes,
    isBundleInline: bundle.inline,
    audience,
    continues,
    nextKeys: nextKeys ?? [],
    rollbackOf,
    widens,
    publishedAt,
    publisher,
    signedBy,
    position,
  };
}

/** Throws `InvalidMessageError`. What the peer verified is taken as verified. */
export function fromRevisionMessage(message: Revision | undefined, field: string): PublishedRevision {
  const { position, digest, signedBy, continues, ...rest } = present(message, field);
  const token = fromRevisionTokenMessage(rest.token, `${field}.token`);
  const manifest: Manifest = {
    ...token,
    prevDigest: rest.prevDigest === "" ? null : rest.prevDigest,
    bundle: { digest: rest.bundleDigest, sizeBytes: rest.bundleSizeBytes, inline: rest.isBundleInline },
    audience: rest.audience,
    ...(continues !== undefined && { continues: toPosition(continues) }),
    ...(rest.nextKeys.length > 0 && { nextKeys: fromKeyMessages(rest.nextKeys) }),
    ...(rest.rollbackOf !== undefined && { rollbackOf: rest.rollbackOf }),
    ...(rest.widens !== undefined && { widens: rest.widens }),
    publishedAt: rest.publishedAt,
    publisher: rest.publisher,
  };
  return { token, digest, position, manifest, signedBy };
}

function toPosition({ epoch, revision, digest }: RevisionPosition): RevisionPosition {
  return { epoch, revision, digest };
}

export function fromKeyMessages(keys: readonly PublicKey[]): readonly PublicKeyEntry[] {
  return keys.map(({ keyId, spki }) => ({ keyId, spki }));
}

export function toSkippedMessage({ position, code, detail, isAlarm, isSigned }: SkippedEntry): SkippedMessage {
  return { position, code, detail, isAlarm, isSigned };
}

export function fromSkippedMessage({ code, position, detail, isAlarm, isSigned }: SkippedMessage): SkippedEntry {
  return { position, code: wordOf(revisionProblemCodes, code, "skipped.code"), detail, isAlarm, isSigned };
}

export function toSelectorMessage(selector: RevisionSelector): SelectorMessage {
  return selector === "newest" ? { epoch: 0, revision: 0 } : { epoch: selector.epoch ?? 0, revision: selector.revision };
}

/** Throws `InvalidMessageError` for an epoch without a revision. */
export function fromSelectorMessage(message: SelectorMessage | undefined, field: string): RevisionSelector {
  const { epoch, revision } = message ?? { epoch: 0, revision: 0 };
  if (revision > 0) return { revision, ...(epoch > 0 && { epoch }) };
  if (epoch === 0) return "newest";
  throw new InvalidMessageError(`${field}.revision`, "is missing beside an epoch");
}

export function toReplicaNames(names: readonly ReplicaName[]): readonly ReplicaName[] {
  return names.map(({ cluster, replica }) => ({ cluster, replica }));
}
