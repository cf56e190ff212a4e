import { type Bundle, type BundleDifference, diffBundles } from "@portcullis/policy";
import { type BundleClaim, type DecodedBundle, decodeBundle } from "@portcullis/policy-bus";
import { type BundleFindings, checkBundle } from "./check-bundle.ts";
import type { PublishStep } from "./publish-progress.ts";

/** A bundle as it is published, and what it is said to be. */
export interface EncodedBundle extends Pick<BundleClaim, "digest" | "sizeBytes"> {
  readonly bytes: Uint8Array;
}

/** A bundle that is to be published, and those that clusters may hold. */
export interface AssessedBundles {
  readonly after: EncodedBundle;
  readonly before: readonly EncodedBundle[];
}

/** All that is known of a bundle beside its size, and what differs from each of those before; none where it does not compile. */
export interface Assessment {
  readonly findings: BundleFindings;
  readonly differences: readonly BundleDifference[];
}

/** Checks and compares. Takes seconds for lists of a million entries, and holds the event loop meanwhile. */
export async function assessBundle({ after, before }: AssessedBundles, onProgress: (step: PublishStep) => void): Promise<Assessment> {
  const { bundle } = await decode(after);
  const findings = await checkBundle(bundle, onProgress);
  const differences = findings.mistakes.length === 0 ? await differencesTo(bundle, before) : [];
  onProgress({ step: "compared", revisions: differences.length });
  return { findings, differences };
}

/** Compares only, likewise. */
export async function compareBundles({ after, before }: AssessedBundles): Promise<readonly BundleDifference[]> {
  return differencesTo((await decode(after)).bundle, before);
}

async function differencesTo(bundle: Bundle, before: readonly EncodedBundle[]): Promise<readonly BundleDifference[]> {
  const differences: BundleDifference[] = [];
  for (const earlier of before) differences.push(diffBundles((await decode(earlier)).bundle, bundle));
  return differences;
}

/** Its bytes were encoded, or compared with their digest, just before. */
async function decode({ bytes, ...claim }: EncodedBundle): Promise<DecodedBundle> {
  const decoded = await decodeBundle(bytes, claim);
  if (decoded.ok) return decoded;
  throw new TypeError(`a bundle that was just encoded cannot be decoded: ${decoded.detail}`);
}
