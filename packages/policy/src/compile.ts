import { assembleSteps } from "./assemble-snapshot.ts";
import type { Bundle } from "./bundle.ts";
import { isDocumentFile, type ParsedBundle, parseBundle } from "./bundle-source.ts";
import { compileList, type ListCompilation } from "./compile-list.ts";
import type { RevisionToken } from "./decision.ts";
import { bundleOfCluster } from "./overlays.ts";
import { PolicyCompileError } from "./policy-problem.ts";
import type { ListSource, PolicySource } from "./policy-source.ts";
import { compareText, ProblemSink } from "./problem-sink.ts";
import type { Snapshot } from "./snapshot.ts";
import type { PolicyParts, SegmentParts, SnapshotParts } from "./snapshot-parts.ts";

export interface CompileOptions {
  readonly revision: RevisionToken;
  /**
   * The cluster that the snapshot serves: overlays that name it hold for every workload, and all others are left out. Default:
   * each overlay holds for workloads of the clusters that it names. What compiles without a cluster compiles for each.
   */
  readonly cluster?: string | undefined;
}

/** Compiles in one go; throws `PolicyCompileError` with every mistake. */
export function compile(bundle: Bundle, { revision, cluster }: CompileOptions): Snapshot {
  return drain(assembleSteps(compileParts(bundle, cluster), revision));
}

/** As `compile`, but awaits `pause` after each millisecond or so of work, so that the event loop is never held for long. */
export async function compileInSlices(
  bundle: Bundle,
  { revision, cluster, pause }: CompileOptions & { readonly pause: () => Promise<void> },
): Promise<Snapshot> {
  const parts = await drainInSlices(compileSteps(bundle, cluster), pause);
  return assembleInSlices(parts, { revision, pause });
}

/** As `compile`, up to what another thread can be handed; there `assembleInSlices` makes the snapshot of it. */
export function compileParts(bundle: Bundle, cluster?: string): SnapshotParts {
  return drain(compileSteps(bundle, cluster));
}

/** The snapshot that `compile` gives. Awaits `pause` as `compileInSlices` does; takes microseconds for a list, however long. */
export function assembleInSlices(
  parts: SnapshotParts,
  { revision, pause }: { readonly revision: RevisionToken; readonly pause: () => Promise<void> },
): Promise<Snapshot> {
  return drainInSlices(assembleSteps(parts, revision), pause);
}

function drain<T>(steps: Generator<void, T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

async function drainInSlices<T>(steps: Generator<void, T>, pause: () => Promise<void>): Promise<T> {
  let step = steps.next();
  while (step.done !== true) {
    await pause();
    step = steps.next();
  }
  return step.value;
}

function* compileSteps(whole: Bundle, cluster: string | undefined): Generator<void, SnapshotParts> {
  const problems = new ProblemSink();
  const bundle = cluster === undefined ? whole : bundleOfCluster(whole, cluster);
  const parsed = yield* parseBundle(bundle, problems);
  reportNothing(bundle, parsed, problems);
  const files = new Map(bundle.files.filter((file) => !isDocumentFile(file)).map((file) => [file.path, file]));
  const policies: PolicyParts[] = [];
  const segments: SegmentParts[] = [];
  const lists = { files, segments, indexed: new Map(), problems, isForAll: cluster === undefined };
  for (const source of parsed.policies) policies.push(yield* compilePolicy(source, lists));
  if (!problems.isEmpty) throw new PolicyCompileError(problems.toSorted());
  return toParts(policies, segments, parsed);
}

/** A folder that failed to mount looks like an empty one, and must not open the gate. Overlays are not there for every cluster. */
function reportNothing({ files }: Bundle, { policies, settings }: ParsedBundle, problems: ProblemSink): void {
  if (policies.some(({ overlay }) => overlay === undefined) || settings !== undefined || !problems.isEmpty) return;
  const where = policies.length > 0 ? "for all clusters" : "in this bundle";
  const message = `there is no policy ${where}; add one, or a "Bundle" document that says spec.default: allow`;
  problems.add({ code: "policy-none", file: files[0]?.path ?? ".", line: 1, field: "", message });
}

function* compilePolicy(source: PolicySource, lists: ListCompilation & { readonly isForAll: boolean }): Generator<void, PolicyParts> {
  const allow = source.allow === undefined ? undefined : yield* compileAllow(source, source.allow, lists);
  const { name, enforcement, clusters, namespaces, kinds, fields, requiresDigest, forbiddenTags, message, overlay } = source;
  return {
    name,
    enforcement,
    clusters,
    within: lists.isForAll ? overlay : undefined,
    namespaces,
    kinds,
    fields,
    allow,
    deny: source.deny === undefined ? [] : yield* compileList(source, source.deny, { ...lists, mode: "deny" }),
    except: source.except === undefined ? [] : yield* compileList(source, source.except, { ...lists, mode: "allow" }),
    requiresDigest,
    forbiddenTags,
    message,
    // To cover an image takes it out of the default, which may be to deny.
    covers: enforcement === "deny" && allow !== undefined && overlay === undefined,
  };
}

function* compileAllow(source: PolicySource, list: ListSource, lists: ListCompilation): Generator<void, readonly number[]> {
  const allow = yield* compileList(source, list, { ...lists, mode: "allow" });
  reportEmptyAllow(source, list, { allow, lists });
  return allow;
}

/** A list that was emptied by accident would refuse every image. */
function reportEmptyAllow(
  { file }: PolicySource,
  { files }: ListSource,
  { allow, lists }: { readonly allow: readonly number[]; readonly lists: ListCompilation },
): void {
  const [first] = files;
  if (first === undefined || countPatterns(allow, lists.segments) > 0 || !lists.problems.isEmpty) return;
  const message = `the list file "${first.path}" holds no pattern; add one, or deny everything with deny: ["**"]`;
  lists.problems.add({ code: "policy-empty-list", file, line: first.line, field: first.field, message });
}

function countPatterns(list: readonly number[], segments: readonly SegmentParts[]): number {
  return list.reduce((sum, place) => sum + (segments[place] as SegmentParts).index.size, 0);
}

function toParts(policies: readonly PolicyParts[], segments: readonly SegmentParts[], { settings }: ParsedBundle): SnapshotParts {
  return {
    segments,
    policies: policies.toSorted((a, b) => compareText(a.name, b.name)),
    settings: {
      defaultVerdict: settings?.default ?? (policies.some(({ covers }) => covers) ? "deny" : "allow"),
      shortNames: settings?.shortNames ?? "dockerHub",
      patternCount: policies
        .flatMap(({ allow, deny, except }) => [allow ?? [], deny, except])
        .reduce((sum, list) => sum + countPatterns(list, segments), 0),
    },
  };
}
