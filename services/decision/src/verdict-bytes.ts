import type { Finding } from "@portcullis/policy";
import type { Judgement } from "./judgement.ts";

const bytesPerVerdict = 512;
/** 400 where names are short; a long message is held as the pieces it was put together from. */
const bytesPerFinding = 1_024;

/** About how many bytes a verdict and its key keep from being freed. Two per character, as of any text that is not Latin. */
export function verdictBytes({ decision }: Judgement, key: string): number {
  const { warnings, audited } = decision;
  const bytes = bytesPerVerdict + 2 * key.length + findingsBytes(warnings) + findingsBytes(audited);
  return decision.verdict === "allow" ? bytes : bytes + findingsBytes(decision.denials);
}

function findingsBytes(findings: readonly Finding[]): number {
  let bytes = 0;
  // Names of policies, fields and rules are shared by all findings.
  for (const { image, canonical, container, message } of findings) {
    bytes += bytesPerFinding + 2 * (image.length + canonical.length + container.length + message.length);
  }
  return bytes;
}
