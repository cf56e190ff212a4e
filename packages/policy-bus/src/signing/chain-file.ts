import { type ChainState, comparePositions, identifyKeys, startChain, type TrustAnchors } from "./chain.ts";
import { type ChainPosition, lineagePattern, readPosition } from "./manifest.ts";
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
  /** How far the stored chain was verified: nothing before it may be applied any more, also where `chain` begins anew. */
  readonly reached?: ChainPosition;
  /** The keys of the trust anchors are others than those it began with: they count, and no key that it had reached. */
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
 * anchors still name it. Where an operator has changed the anchors since (a key is lost, or known to a thief), theirs count:
 * from where they start if they say so, else from where the chain stands.
 */
export function resumeChain(bytes: Uint8Array, anchors: TrustAnchors): ResumedChain | ChainProblem {
  return attempt(
    () => resume(readExactJson(bytes, { what: "the stored chain", maxBytes: maxChainBytes, read: readChain }), anchors),
    ({ message }): ChainProblem => ({ ok: false, code: "chain-malformed", detail: message }),
  );
}

function resume(stored: ChainState, trusted: TrustAnchors): ResumedChain | ChainProblem {
  const { lineage, keys, startsAfter } = trusted;
  if (stored.lineage !== lineage) {
    return { ok: false, code: "chain-other-lineage", detail: `it follows "${stored.lineage}", and "${lineage}" is trusted` };
  }
  const { head } = stored;
  const anchors = identifyKeys(keys);
  const hasNewAnchors = stored.anchors !== anchors;
  const startsElsewhere = startsAfter !== undefined && (hasNewAnchors || head === undefined || comparePositions(startsAfter, head) > 0);
  const taken = hasNewAnchors ? { ...stored, keys, anchors } : stored;
  const chain = startsElsewhere ? startChain(trusted) : taken;
  return { ok: true, chain, hasNewAnchors, ...(head !== undefined && { reached: head }) };
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
