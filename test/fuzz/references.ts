import { canonicalOf, compareReference, intendedRefusals } from "./compare-reference.ts";
import { createGoOracle, type GoOracle } from "./go-oracle.ts";
import { referenceCorpus, referenceTexts } from "./reference-texts.ts";

const batchSize = 50_000;
const maxDifferences = 20;

/** Where a comparison stands. */
interface Tally {
  texts: number;
  readonly outcomes: Map<string, number>;
  readonly differences: string[];
}

/**
 * Compares our parser with `distribution/reference` over `count` texts made from a seed, and over our canonical spellings of those we
 * read. Prints what it found; false when anything differs that is not intended.
 */
export function fuzzReferences({
  count,
  seed,
  print,
}: {
  readonly count: number;
  readonly seed: number;
  readonly print: (text: string) => void;
}): boolean {
  const go = createGoOracle(process.env);
  const tally: Tally = { texts: 0, outcomes: new Map(), differences: [] };
  compareAll(referenceCorpus, go, tally);
  for (let batch = 0; tally.texts < count && tally.differences.length < maxDifferences; batch++) {
    // Seeds of neighbours must not share batches.
    const texts = referenceTexts((Math.imul(seed, 0x9e3779b1) + batch) | 0, Math.min(batchSize, count - tally.texts));
    compareAll(texts, go, tally);
  }
  for (const difference of tally.differences.slice(0, maxDifferences)) print(`difference: ${difference}`);
  const outcomes = [...tally.outcomes].map(([outcome, times]) => `${times} ${describe(outcome)}`);
  print(`references: ${tally.texts} texts of seed ${seed}: ${outcomes.join("; ")}; ${tally.differences.length} differences`);
  return tally.differences.length === 0;
}

function compareAll(texts: readonly string[], go: GoOracle, tally: Tally): void {
  const answers = go(texts);
  for (const [index, text] of texts.entries()) {
    const answer = answers[index];
    if (answer !== undefined) note(text, compareReference(text, answer), tally);
  }
  tally.texts += texts.length;
  compareCanonical(texts, go, tally);
}

function note(text: string, comparison: ReturnType<typeof compareReference>, { outcomes, differences }: Tally): void {
  if (typeof comparison === "string") outcomes.set(comparison, (outcomes.get(comparison) ?? 0) + 1);
  else differences.push(`${JSON.stringify(text)}: ${comparison.difference}`);
}

/** A canonical spelling must lead a runtime to the same place as what was written. */
function compareCanonical(texts: readonly string[], go: GoOracle, tally: Tally): void {
  const canonicals = texts.map(canonicalOf).filter((canonical) => canonical !== undefined);
  const answers = go(canonicals);
  for (const [index, canonical] of canonicals.entries()) {
    const answer = answers[index];
    const comparison = answer === undefined ? { difference: "Go did not answer" } : compareReference(canonical, answer);
    if (comparison !== "same")
      note(canonical, comparison === "both-refuse" ? { difference: "Go refuses our canonical spelling" } : comparison, tally);
    else if (canonicalOf(canonical) !== canonical) note(canonical, { difference: "our canonical spelling of it is another one" }, tally);
  }
}

function describe(outcome: string): string {
  const reason = Object.entries(intendedRefusals).find(([code]) => code === outcome)?.[1];
  return reason === undefined ? outcome : `refused by us alone as ${outcome} (${reason})`;
}
