// `npm run fuzz -- references --count N --seed S`: looks for texts on which we differ from what container runtimes run.
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { GoOracleError } from "./go-oracle.ts";
import { recordAnswers } from "./recorded-answers.ts";
import { fuzzReferences } from "./references.ts";

const usage = `usage: npm run fuzz -- references [--count N] [--seed S]
       npm run fuzz -- record

Compares image references as we read them with github.com/distribution/reference, built with Go into ~/.cache/portcullis/fuzz.
Exits 1 when a difference is found that is not intended, 2 when nothing could be compared. "record" writes down what Go says
to the texts that a test compares without Go.

  --count N   how many texts; default 1000000
  --seed S    makes the same texts again; default a new one, which is printed
`;

class UsageError extends Error {}

function main(args: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { count: { type: "string", default: "1000000" }, seed: { type: "string" }, help: { type: "boolean", default: false } },
  });
  if (values.help) return say(usage, 0);
  const [what = "nothing", ...others] = positionals;
  if (what === "record") {
    recordAnswers();
    return 0;
  }
  if (what !== "references" || others.length > 0) throw new UsageError(`"${positionals.join(" ")}" names nothing to compare\n\n${usage}`);
  const seed = values.seed === undefined ? randomInt(2 ** 31) : toNumber("seed", values.seed);
  const isSame = fuzzReferences({ count: toNumber("count", values.count), seed, print: (text) => say(`${text}\n`, 0) });
  return isSame ? 0 : 1;
}

function toNumber(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new UsageError(`--${name} "${text}" is no whole number`);
  return number;
}

function say(text: string, status: number): number {
  process.stdout.write(text);
  return status;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof GoOracleError || error instanceof UsageError || error instanceof TypeError)) throw error;
  process.stderr.write(`fuzz: ${error.message}\n`);
  process.exitCode = 2;
}
