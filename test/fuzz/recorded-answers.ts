import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createGoOracle, type GoAnswer } from "./go-oracle.ts";
import { referenceCorpus } from "./reference-texts.ts";

const file = join(import.meta.dirname, "recorded-answers.jsonl");

/** A text and what `distribution/reference` 0.6.0 made of it. */
export interface RecordedAnswer {
  readonly text: string;
  readonly go: GoAnswer;
}

/** Asks Go about the corpus, and writes its answers down. */
export function recordAnswers(): void {
  const answers = createGoOracle(process.env)(referenceCorpus);
  writeFileSync(file, referenceCorpus.map((text, index) => `${JSON.stringify({ text, go: answers[index] })}\n`).join(""));
}

export function readRecordedAnswers(): readonly RecordedAnswer[] {
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line): RecordedAnswer => JSON.parse(line));
}
