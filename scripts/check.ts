// `npm run check`: everything that must hold before a change is merged. `npm run check -- lint types` runs those steps only.
import { type CheckStep, runStep } from "./check-step.ts";
import { assertAllRan, reportArguments, reportFile } from "./test-report.ts";

const steps: readonly CheckStep[] = [
  {
    name: "generated",
    claim: "generated files are what their sources give",
    commands: [["node", "scripts/generate.ts", "--check"]],
    remedy: "run `npm run generate` and commit what it changes",
  },
  {
    name: "proto",
    claim: "the protocol keeps to protobuf's conventions",
    commands: [["buf", "lint"]],
    remedy: "mend the .proto files named above",
  },
  {
    name: "lint",
    claim: "format, names, sizes, complexity, and promises that are awaited",
    commands: [
      ["biome", "ci", "."],
      ["eslint", "."],
    ],
    remedy: "run `npm run format`; what is left has to be mended by hand",
  },
  {
    name: "types",
    claim: "types",
    commands: [["tsc", "-b"]],
    remedy: "mend what is named above",
  },
  {
    name: "layering",
    claim: "imports point one way, and every import is declared",
    commands: [["vitest", "run", "test/repository"]],
    remedy: "test/repository/layering.ts says who may import whom",
  },
  {
    name: "dead-code",
    claim: "no file, export or dependency that nothing uses",
    commands: [["knip", "--no-progress"]],
    remedy: "remove what is named above",
  },
  {
    name: "coverage",
    claim: "every branch of image-ref and policy is tested",
    commands: [["vitest", "run", "--coverage", "packages/image-ref/", "packages/policy/", "test/decisions/engine"]],
    remedy: "test the branches named above, or remove them",
  },
  {
    name: "tests",
    claim: "every test passes and none is skipped",
    commands: [["vitest", "run", ...reportArguments("tests")], () => assertAllRan(reportFile("tests"))],
    remedy: "run `npm test` and mend what fails",
  },
  {
    name: "fresh-clone",
    claim: "`npm start` and `npm test` work on a fresh clone, with the Node of this machine",
    commands: [["node", "scripts/fresh-clone.ts"]],
    remedy: "the step works on what is committed: commit, then run `npm run check -- fresh-clone`",
  },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => steps.every((step) => step.name !== name));
if (unknown.length > 0) {
  say(`no step "${unknown.join('", "')}"; there are:\n${steps.map(({ name, claim }) => `  ${name.padEnd(12)} ${claim}`).join("\n")}`);
  process.exit(2);
}

const timings: string[] = [];
for (const step of steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  say(`${step.name}: ${step.claim}`);
  const started = performance.now();
  const problem = await runStep(step);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (problem !== undefined) {
    say(`${step.name} FAILED after ${seconds} s: ${problem}\n  ${step.remedy}\n  Alone: npm run check -- ${step.name}`);
    process.exit(1);
  }
  timings.push(`${seconds.padStart(8)} s  ${step.name}`);
}
say(`all well\n${timings.join("\n")}`);

function say(text: string): void {
  process.stdout.write(`\ncheck: ${text}\n`);
}
