import type { Bundle } from "./bundle.ts";
import { isDocumentFile, type ParsedBundle, parseBundle } from "./bundle-source.ts";
import { compileList, type ListCompilation } from "./compile-list.ts";
import type { RevisionToken } from "./decision.ts";
import { compileGlobs } from "./name-glob.ts";
import { bundleOfCluster } from "./overlays.ts";
import type { PatternList } from "./pattern-list.ts";
import { PolicyCompileError } from "./policy-problem.ts";
import type { ListSource, PolicySource } from "./policy-source.ts";
import { compareText, ProblemSink } from "./problem-sink.ts";
import { compileFieldScopes, compileSelector, compileWithin } from "./selector.ts";
import type { CompiledPolicy, Snapshot } from "./snapshot.ts";

export interface CompileOptions {
  readonly revision: RevisionToken;
  /**
   * The cluster that the snapshot serves: overlays that name it hold for every workload, and all others are left out. Default:
   * each overlay holds for workloads of the clusters that it names. What compiles without a cluster compiles for each.
   */
  readonly cluster?: string | undefined;
}

/** Compiles in one go; throws `PolicyCompileError` with every mistake. */
export function compile(bundle: Bundle, options: CompileOptions): Snapshot {
  const steps = compileSteps(bundle, options);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/** As `compile`, but awaits `pause` after each millisecond or so of work, so that the event loop is never held for long. */
export async function compileInSlices(
  bundle: Bundle,
  options: CompileOptions & { readonly pause: () => Promise<void> },
): Promise<Snapshot> {
  const steps = compileSteps(bundle, options);
  let step = steps.next();
  while (step.done !== true) {
    await options.pause();
    step = steps.next();
  }
  return step.value;
}

function* compileSteps(whole: Bundle, { revision, cluster }: CompileOptions): Generator<void, Snapshot> {
  const problems = new ProblemSink();
  const bundle = cluster === undefined ? whole : bundleOfCluster(whole, cluster);
  const parsed = yield* parseBundle(bundle, problems);
  reportNothing(bundle, parsed, problems);
  const files = new Map(bundle.files.filter((file) => !isDocumentFile(file)).map((file) => [file.path, file]));
  const policies: CompiledPolicy[] = [];
  const lists = { files, indexed: new Map(), problems };
  for (const source of parsed.policies) policies.push(yield* compilePolicy(source, { ...lists, isForAll: cluster === undefined }));
  if (!problems.isEmpty) throw new PolicyCompileError(problems.toSorted());
  return toSnapshot(revision, policies, parsed);
}

/** A folder that failed to mount looks like an empty one, and must not open the gate. Overlays are not there for every cluster. */
function reportNothing({ files }: Bundle, { policies, settings }: ParsedBundle, problems: ProblemSink): void {
  if (policies.some(({ overlay }) => overlay === undefined) || settings !== undefined || !problems.isEmpty) return;
  const where = policies.length > 0 ? "for all clusters" : "in this bundle";
  const message = `there is no policy ${where}; add one, or a "Bundle" document that says spec.default: allow`;
  problems.add({ code: "policy-none", file: files[0]?.path ?? ".", line: 1, field: "", message });
}

function* compilePolicy(source: PolicySource, lists: ListCompilation & { readonly isForAll: boolean }): Generator<void, CompiledPolicy> {
  const allow = source.allow === undefined ? undefined : yield* compileAllow(source, source.allow, lists);
  const { name, enforcement, requiresDigest, forbiddenTags, message } = source;
  return {
    name,
    enforcement,
    match: {
      clusters: lists.isForAll ? compileWithin(source.overlay, source.clusters) : compileSelector(source.clusters),
      namespaces: compileSelector(source.namespaces),
      kinds: compileSelector(source.kinds),
      fields: compileFieldScopes(source.fields),
    },
    allow,
    deny: source.deny === undefined ? [] : yield* compileList(source, source.deny, { ...lists, mode: "deny" }),
    except: source.except === undefined ? [] : yield* compileList(source, source.except, { ...lists, mode: "allow" }),
    requiresDigest,
    isForbiddenTag: forbiddenTags.length === 0 ? undefined : compileGlobs(forbiddenTags),
    message,
    // To cover an image takes it out of the default, which may be to deny.
    covers: enforcement === "deny" && allow !== undefined && source.overlay === undefined,
  };
}

function* compileAllow(source: PolicySource, list: ListSource, lists: ListCompilation): Generator<void, PatternList> {
  const allow = yield* compileList(source, list, { ...lists, mode: "allow" });
  reportEmptyAllow(source, list, { allow, lists });
  return allow;
}

/** A list that was emptied by accident would refuse every image. */
function reportEmptyAllow(
  { file }: PolicySource,
  { files }: ListSource,
  { allow, lists }: { readonly allow: PatternList; readonly lists: ListCompilation },
): void {
  const [first] = files;
  if (first === undefined || countPatterns(allow) > 0 || !lists.problems.isEmpty) return;
  const message = `the list file "${first.path}" holds no pattern; add one, or deny everything with deny: ["**"]`;
  lists.problems.add({ code: "policy-empty-list", file, line: first.line, field: first.field, message });
}

function countPatterns(list: PatternList): number {
  return list.reduce((sum, { index }) => sum + index.size, 0);
}

function toSnapshot(revision: RevisionToken, policies: readonly CompiledPolicy[], { settings }: ParsedBundle): Snapshot {
  return {
    revision,
    policies: policies.toSorted((a, b) => compareText(a.name, b.name)),
    defaultVerdict: settings?.default ?? (policies.some(({ covers }) => covers) ? "deny" : "allow"),
    shortNames: settings?.shortNames ?? "dockerHub",
    patternCount: policies.reduce(
      (sum, { allow, deny, except }) => sum + countPatterns(allow ?? []) + countPatterns(deny) + countPatterns(except),
      0,
    ),
  };
}
