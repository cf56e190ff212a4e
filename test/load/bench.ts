import { cpus } from "node:os";
import { measureApply } from "./apply-cost.ts";
import { type BenchOptions, parseBenchOptions, type SectionName, usage } from "./bench-options.ts";
import { measureCompile } from "./compile-cost.ts";
import { measureHostileBodies } from "./hostile-cost.ts";
import { measureLookup } from "./lookup-cost.ts";
import { measurePublish } from "./publish-cost.ts";
import { formatSection, isWithin, type Section } from "./report.ts";
import { measureAdmission, measureImageReview } from "./review-cost.ts";

const measure: Readonly<Record<SectionName, (options: BenchOptions) => Promise<Section>>> = {
  admission: measureAdmission,
  "image-review": measureImageReview,
  lookup: measureLookup,
  compile: measureCompile,
  hostile: measureHostileBodies,
  apply: measureApply,
  publish: measurePublish,
};

async function main(): Promise<number> {
  const options = parseBenchOptions(process.argv.slice(2));
  if (options.wantsHelp) {
    process.stdout.write(usage);
    return 0;
  }
  if (options.output === "text") process.stdout.write(`${machine()}; median (min–max)\n\n`);
  let isMet = true;
  for (const name of options.sections) {
    const section = await measure[name](options);
    isMet &&= section.bounds.every(isWithin);
    const judged = { ...section, machine: machine(), bounds: section.bounds.map((bound) => ({ ...bound, met: isWithin(bound) })) };
    process.stdout.write(options.output === "json" ? `${JSON.stringify(judged)}\n` : `${formatSection(section)}\n`);
  }
  if (options.output === "text") process.stdout.write(isMet ? "every bound is met\n" : "a bound is not met\n");
  return isMet ? 0 : 1;
}

function machine(): string {
  const [cpu, ...others] = cpus();
  return `Node ${process.version}, ${process.platform}-${process.arch}, ${others.length + 1} × ${cpu?.model.trim() ?? "unknown CPU"}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
