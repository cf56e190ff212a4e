import type { Bundle } from "./bundle.ts";
import type { RevisionToken } from "./decision.ts";
import type { Snapshot } from "./snapshot.ts";

/** One mistake in a bundle. */
export interface PolicyProblem {
  readonly code: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** `spec.allow[2]`; empty when the whole document is meant. */
  readonly field: string;
  readonly message: string;
}

/** All mistakes of a bundle, in every document. A bundle compiles whole or not at all. */
export class PolicyCompileError extends Error {
  override readonly name = "PolicyCompileError";
  readonly code = "policy-invalid";
  readonly problems: readonly PolicyProblem[];

  constructor(problems: readonly PolicyProblem[]) {
    super(problems.map(({ file, line, field, message }) => `${file}:${line}: ${field}: ${message}`).join("\n"));
    this.problems = problems;
  }
}

export interface CompileOptions {
  readonly revision: RevisionToken;
}

/** Compiles in one go; throws `PolicyCompileError` with every mistake. */
export function compile(bundle: Bundle, options: CompileOptions): Snapshot {
  throw new Error(`not built yet: ${bundle.files.length} ${options.revision.lineage}`);
}

/** As `compile`, but awaits `pause` after each few milliseconds of work, so that the event loop is never held for long. */
export async function compileInSlices(
  bundle: Bundle,
  options: CompileOptions & { readonly pause: () => Promise<void> },
): Promise<Snapshot> {
  await options.pause();
  return compile(bundle, options);
}
