import { type ChainState, comparePositions, identifyKeys, type TrustAnchors } from "./chain.ts";
import { lineagePattern, readPosition } from "./manifest.ts";
import { digestPattern, readPublicKeys } from "./public-key.ts";
import { attempt, fieldsOf, readExactJson, textOf } from "./strict-json.ts";

/** Codes of a stored chain that cannot be taken up again; explained in `docs/errors.md`. */
export const chainProblemCodes = ["chain-malformed", "chain-other-lineage"] as const;
export type ChainProblemCode = (typeof chainProblemCodes)[number];

/** A stored chain that cannot be taken up: begin anew with `startChain`. */
export interface ChainProblem {
  readonly ok: false;
  readonly code: ChainProblemCode;
  readonly detail: string;
}

/** A stored chain, ready for `verifyNext`. */
export interface ResumedChain {
  readonly ok: true;
  readonly chain: ChainState;
  /** The trust anchors are others than those it began with: from now on their keys are trusted, and no key it had reached. */
  readonly hasNewAnchors: boolean;
}

/** Holds a full set of keys many times over. */
const maxChainBytes = 16 * 1024;

/** The bytes to store: JSON in one spelling, of which no part of it alone is read again. */
export function encodeChain(chain: ChainState): Buffer {
  return Buffer.from(JSON.stringify(chain));
}

/**
 * Reads what `encodeChain` wrote. The chain's own keys count, so that a key removed by a rotation stays removed although the
 * anchors still name it; where an operator has changed the anchors since, theirs count: a lost key can be replaced so.
 */
export function resumeChain(bytes: Uint8Array, anchors: TrustAnchors): ResumedChain | ChainProblem {
  return attempt(
    () => resume(readExactJson(bytes, { what: "the stored chain", maxBytes: maxChainBytes, read: readChain }), anchors),
    ({ message }): ChainProblem => ({ ok: false, code: "chain-malformed", detail: message }),
  );
}

function resume(stored: ChainState, { lineage, keys, startsAfter }: TrustAnchors): ResumedChain | ChainProblem {
  if (stored.lineage !== lineage) {
    return { ok: false, code: "chain-other-lineage", detail: `it follows "${stored.lineage}", and "${lineage}" is trusted` };
  }
  const anchors = identifyKeys(keys);
  if (stored.anchors === anchors) return { ok: true, chain: stored, hasNewAnchors: false };
  const { head = startsAfter } = stored;
  const isLater = startsAfter !== undefined && head !== undefined && comparePositions(startsAfter, head) > 0;
  const newest = isLater ? startsAfter : head;
  return { ok: true, chain: { lineage, keys, anchors, ...(newest !== undefined && { head: newest }) }, hasNewAnchors: true };
}

function readChain(value: unknown): ChainState {
  const fields = fieldsOf(value, "the stored chain", { required: ["lineage", "keys", "anchors"], optional: ["head"] });
  return {
    lineage: textOf(fields.get("lineage"), "lineage", lineagePattern),
    keys: readPublicKeys(fields.get("keys"), "keys"),
    anchors: textOf(fields.get("anchors"), "anchors", digestPattern),
    ...(fields.has("head") && { head: readPosition(fields.get("head"), "head") }),
  };
}
