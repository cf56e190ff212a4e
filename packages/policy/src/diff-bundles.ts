import type { Bundle, BundleFile } from "./bundle.ts";
import { isDocumentFile, type ParsedBundle, parseBundle } from "./bundle-source.ts";
import { readListFile } from "./list-file.ts";
import type { BundleSource, PolicySource } from "./policy-source.ts";
import { compareText, ProblemSink } from "./problem-sink.ts";

/** Names of what differs; each sorted. */
export interface Differences {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** How many patterns of a list file came and went. Order, comments and repetitions do not count. */
export interface ListDifference {
  readonly path: string;
  readonly added: number;
  readonly removed: number;
}

/** What a set of policies says where no policy does. */
export type BundleDefaults = Pick<BundleSource, "default" | "shortNames">;

/** What differs between two bundles, the second being the later one. */
export interface BundleDifference {
  /** By path, and by their text. */
  readonly files: Differences;
  /** By name, and by their meaning; those of overlays as `overlays/<glob>/<name>`. Where they stand in a file does not count. */
  readonly policies: Differences;
  /** Those that differ. Files that are in one bundle only are in here too. */
  readonly lists: readonly ListDifference[];
  /** Present where they differ; undefined for a bundle that says nothing of it. */
  readonly defaults?: { readonly before: BundleDefaults | undefined; readonly after: BundleDefaults | undefined };
}

/** Compares as much of both as can be read: mistakes are for `compile` to report. */
export function diffBundles(before: Bundle, after: Bundle): BundleDifference {
  const old = parseAll(before);
  const young = parseAll(after);
  const defaults = { before: defaultsOf(old), after: defaultsOf(young) };
  return {
    files: diffMaps(filesOf(before), filesOf(after), isSameText),
    policies: diffMaps(policiesOf(old), policiesOf(young), (a, b) => meaningOf(a) === meaningOf(b)),
    lists: diffLists(listsOf(before), listsOf(after)),
    ...(JSON.stringify(defaults.before) !== JSON.stringify(defaults.after) && { defaults }),
  };
}

function parseAll(bundle: Bundle): ParsedBundle {
  return runToEnd(parseBundle(bundle, new ProblemSink()));
}

function runToEnd<T>(steps: Generator<void, T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

function diffMaps<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>, isSame: (a: T, b: T) => boolean): Differences {
  const isChanged = (name: string, young: T) => {
    const old = before.get(name);
    return old !== undefined && !isSame(old, young);
  };
  return {
    added: [...after.keys()].filter((name) => !before.has(name)).sort(compareText),
    removed: [...before.keys()].filter((name) => !after.has(name)).sort(compareText),
    changed: [...after].flatMap(([name, young]) => (isChanged(name, young) ? [name] : [])).sort(compareText),
  };
}

function filesOf({ files }: Bundle): ReadonlyMap<string, BundleFile> {
  return new Map(files.map((file) => [file.path, file]));
}

function listsOf({ files }: Bundle): ReadonlyMap<string, BundleFile> {
  return filesOf({ files: files.filter((file) => !isDocumentFile(file)) });
}

/** Pieces may be cut anywhere, so equal texts may come in other pieces. */
function isSameText(a: BundleFile, b: BundleFile): boolean {
  return [a.text, ...(a.rest ?? [])].join("") === [b.text, ...(b.rest ?? [])].join("");
}

function policiesOf({ policies }: ParsedBundle): ReadonlyMap<string, PolicySource> {
  return new Map(policies.map((policy) => [`${policy.overlay === undefined ? "" : `overlays/${policy.overlay}/`}${policy.name}`, policy]));
}

/** All that was written, without where: patterns stand in it as their text too. */
function meaningOf(policy: PolicySource): string {
  return JSON.stringify(policy, (key: string, value: unknown) => (["file", "line", "field"].includes(key) ? undefined : value));
}

function defaultsOf({ settings }: ParsedBundle): BundleDefaults | undefined {
  return settings === undefined ? undefined : { default: settings.default, shortNames: settings.shortNames };
}

function diffLists(before: ReadonlyMap<string, BundleFile>, after: ReadonlyMap<string, BundleFile>): readonly ListDifference[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort(compareText);
  const differences = paths.map((path): ListDifference => {
    const [old, young] = [before.get(path), after.get(path)];
    if (old !== undefined && young !== undefined && isSameText(old, young)) return { path, added: 0, removed: 0 };
    const [removed, added] = [entriesOf(old), entriesOf(young)];
    return { path, added: countWithout(added, removed), removed: countWithout(removed, added) };
  });
  return differences.filter(({ added, removed }) => added + removed > 0);
}

function countWithout(entries: ReadonlySet<string>, others: ReadonlySet<string>): number {
  let count = 0;
  for (const entry of entries) if (!others.has(entry)) count += 1;
  return count;
}

function entriesOf(file: BundleFile | undefined): Set<string> {
  const entries = new Set<string>();
  if (file !== undefined) runToEnd(readListFile([file.text, ...(file.rest ?? [])], (pattern) => entries.add(pattern)));
  return entries;
}
