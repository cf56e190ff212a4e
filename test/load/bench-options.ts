import { parseArgs } from "node:util";

export const sectionNames = ["admission", "image-review", "lookup", "compile", "hostile", "apply", "publish"] as const;
export type SectionName = (typeof sectionNames)[number];

export interface BenchOptions {
  readonly sections: readonly SectionName[];
  /** Fewer rounds and only the bounds that hold on a busy machine: for continuous integration. */
  readonly isSlice: boolean;
  readonly output: "text" | "json";
  readonly wantsHelp: boolean;
}

export const usage = `usage: npm run bench -- [--slice] [--only NAME] [--output text|json]

Measures CPU per review against floors in the same interleaved run, the cost of long lists, how long hostile bodies hold the
event loop, and how long a revision takes to every replica. Prints median (min–max). Exits 1 when a bound is not met, 2 when nothing could be measured.

  --slice        some minutes: fewer rounds, smaller lists, and only the bounds that hold on a busy machine
  --only NAME    one section (may be given more than once): ${sectionNames.join(", ")}
  --output json  one JSON object per section
  --help         this text
`;

/** Throws an Error with what is wrong and the usage. */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      slice: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      output: { type: "string", default: "text" },
      help: { type: "boolean", default: false },
    },
  });
  const unknown = values.only.find((name) => !sectionNames.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`"${unknown}" is no section: write one of ${sectionNames.join(", ")}`);
  if (values.output !== "text" && values.output !== "json") throw new Error(`"${values.output}" is no output: write text or json`);
  return {
    sections: sectionNames.filter((name) => values.only.length === 0 || values.only.includes(name)),
    isSlice: values.slice,
    output: values.output,
    wantsHelp: values.help,
  };
}
