import type { Bundle } from "@portcullis/policy";

/** What is wrong with a bundle that replicas must refuse: it does not compile, an overlay loosens, or a case in it fails. */
export const poisons = ["syntax", "loose-overlay", "failing-case"] as const;
export type Poison = (typeof poisons)[number];

/** A bundle of a run, so that a history need not hold its text. */
export interface BundleRecipe {
  /** Its lowest bits say which probe images it refuses, so that a verdict tells which bundle it is by. */
  readonly number: number;
  /** Null: none. */
  readonly poison: Poison | null;
  /** Lines of a list beside the policies, which make it large. */
  readonly padding: number;
}

/** So many revisions in a row are told apart. */
export const probeBits = 12;

/** Images of either kind are refused alike, by two policies in two files: answers that differ are of a torn revision. */
export const probeSides = ["left", "right"] as const;
export type ProbeSide = (typeof probeSides)[number];

export function probeImage(side: ProbeSide, bit: number): string {
  return `probe.example/${side}:b${bit}`;
}

/** Whether a bundle that is compiled whole refuses the image of a bit. */
function isRefused(number: number, bit: number): boolean {
  return (number & (1 << bit)) === 0;
}

/** The bundle that a recipe stands for: the same for equal recipes. */
export function bundleOf({ number, poison, padding }: BundleRecipe): Bundle {
  const files = probeSides.map((side) => ({ path: `${side}.yaml`, text: denyPolicy(side, number) }));
  return {
    files: [
      ...files,
      ...(padding === 0 ? [] : [paddingPolicy, { path: "padding.txt", text: paddingLines(padding) }]),
      ...(poison === null ? [] : [poisonFiles[poison]]),
    ],
  };
}

function denyPolicy(side: ProbeSide, number: number): string {
  const refused = Array.from({ length: probeBits }, (_, bit) => bit)
    .filter((bit) => isRefused(number, bit))
    .map((bit) => probeImage(side, bit));
  // The tag keeps the list from being empty, and the bundle from equalling another of the same bits.
  const deny = [...refused, `probe.example/${side}:never-${number}`];
  return `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: ${side} }
spec: { deny: ${JSON.stringify(deny)} }
`;
}

const paddingPolicy = {
  path: "padding.yaml",
  text: `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: padding }
spec: { denyFrom: [padding.txt] }
`,
};

function paddingLines(count: number): string {
  return Array.from({ length: count }, (_, line) => `padding.example/team-${line % 997}/app-${line}\n`).join("");
}

const poisonFiles = {
  syntax: { path: "poison.yaml", text: "kind: ImagePolicy\nspec: [this is no policy" },
  "failing-case": {
    path: "cases.yaml",
    text: `apiVersion: portcullis.dev/v1
kind: DecisionCases
about: what this bundle does not do
cases:
  - { name: blue, cluster: blue, images: [probe.example/other], expect: deny }
  - { name: green, cluster: green, images: [probe.example/other], expect: deny }
`,
  },
  "loose-overlay": {
    path: "overlays/*/loose.yaml",
    text: `apiVersion: portcullis.dev/v1
kind: Bundle
spec: { default: allow }
`,
  },
} as const;
