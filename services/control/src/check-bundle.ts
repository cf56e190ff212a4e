import { setImmediate } from "node:timers/promises";
import { attack, type Bundle, compileInSlices, lint, PolicyCompileError, type PolicyProblem, type Snapshot } from "@portcullis/policy";
import { checkedRevision, judgeCases } from "./judge-cases.ts";
import type { PublishCheck, PublishStep } from "./publish-progress.ts";
import type { PublishReport } from "./publish-report.ts";

/** What is known of a bundle without knowing the log. */
export type BundleFindings = Omit<PublishReport, "digest" | "sizeBytes" | "changes">;

/** Compiles a bundle for every cluster, and says what else is known of it. Of one that does not compile, nothing else is. */
export async function checkBundle(bundle: Bundle, onProgress: (step: PublishStep) => void): Promise<BundleFindings> {
  const check = createCheck(onProgress);
  const compiled = await check(
    "compile",
    () => tryCompile(bundle),
    ({ mistakes }) => mistakes.length,
  );
  const { snapshot, mistakes } = compiled;
  if (snapshot === undefined) return { ...nothingKnown, files: bundle.files.length, mistakes };
  const linted = await check(
    "lint",
    () => ({ attacks: attack(bundle), advice: lint(bundle) }),
    ({ attacks }) => holesOf(attacks).length,
  );
  const cases = await check(
    "cases",
    () => judgeCases(bundle, snapshot),
    ({ failures }) => failures.length,
  );
  const { policies, patternCount: patterns } = snapshot;
  return { files: bundle.files.length, policies: policies.length, patterns, mistakes, ...linted, cases };
}

/** Those by which strangers can have an image admitted. */
export function holesOf(attacks: PublishReport["attacks"]): PublishReport["attacks"] {
  return attacks.filter(({ weight }) => weight === "hole");
}

const nothingKnown = {
  policies: 0,
  patterns: 0,
  attacks: [],
  advice: [],
  cases: { files: 0, cases: 0, passed: 0, failed: 0, failures: [] },
};

function createCheck(onProgress: (step: PublishStep) => void) {
  return async <T>(check: PublishCheck, run: () => T | Promise<T>, countProblems: (found: T) => number): Promise<T> => {
    onProgress({ step: "checking", check });
    // What is written there has its turn before the work.
    await setImmediate();
    const found = await run();
    onProgress({ step: "checked", check, problems: countProblems(found) });
    return found;
  };
}

interface Compilation {
  readonly snapshot?: Snapshot;
  readonly mistakes: readonly PolicyProblem[];
}

async function tryCompile(bundle: Bundle): Promise<Compilation> {
  try {
    return { snapshot: await compileInSlices(bundle, { revision: checkedRevision, pause: setImmediate }), mistakes: [] };
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) throw error;
    return { mistakes: error.problems };
  }
}
