import type { Enforcement, Finding } from "./decision.ts";

/**
 * A hostile pod may list tens of thousands of images. Once this many findings of one enforcement stand, further ones
 * are not written down: they could not change the verdict.
 */
export const maxFindings = 256;

/** Findings of one evaluation, by enforcement. */
export class Ledger {
  readonly deny: Finding[] = [];
  readonly warn: Finding[] = [];
  readonly audit: Finding[] = [];

  /** Whether findings of this enforcement are still written down. */
  isOpen(enforcement: Enforcement): boolean {
    return this[enforcement].length < maxFindings;
  }

  add(finding: Finding): void {
    this[finding.enforcement].push(finding);
  }
}
