import type { RevisionToken } from "@portcullis/policy";
import { compareRevisions } from "@portcullis/wire";

// A fleet has one lineage; a few more while it is set up anew.
const maxLineages = 16;
// Addresses of pods come and go for months.
const maxAddresses = 1_000;

/** The highest revision seen of each lineage, so that this front-end never goes backwards by asking another replica. */
export interface HighestTokens {
  /** Remembers a token; `address` is whoever answered with it. */
  see(token: RevisionToken, address?: string): void;
  /** What to ask of an address: the highest of the lineage it answered with last, or of the one seen last by anybody. */
  atLeast(address: string): RevisionToken | undefined;
}

/** Knows nothing at first. */
export function createHighestTokens(): HighestTokens {
  // In the order in which lineages were seen last.
  const highest = new Map<string, RevisionToken>();
  const lineages = new Map<string, string>();
  let latest = "";

  return {
    see(token, address) {
      latest = token.lineage;
      if (address !== undefined) remember(lineages, [address, token.lineage], maxAddresses);
      const known = highest.get(token.lineage);
      if (known !== undefined && (compareRevisions(token, known) ?? 0) <= 0) return;
      remember(highest, [token.lineage, token], maxLineages);
    },
    atLeast: (address) => highest.get(lineages.get(address) ?? latest),
  };
}

/** Keeps the `max` entries that were set last. */
function remember<Value>(map: Map<string, Value>, [key, value]: readonly [string, Value], max: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > max && oldest !== undefined) map.delete(oldest);
}
