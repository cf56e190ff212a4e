import type { Bundle, BundleFile } from "./bundle.ts";
import { isDocumentFile, type ParsedBundle, parseBundle } from "./bundle-source.ts";
import { compile } from "./compile.ts";
import { PolicyCompileError } from "./policy-problem.ts";
import { ProblemSink } from "./problem-sink.ts";
import type { Snapshot } from "./snapshot.ts";

/** A bundle that compiles, as written and as compiled. */
export interface SoundBundle extends ParsedBundle {
  readonly files: ReadonlyMap<string, BundleFile>;
  readonly snapshot: Snapshot;
}

/** What lint and attack look at; `undefined` when the bundle does not compile, which `compile` reports better. */
export function readSoundBundle(bundle: Bundle): SoundBundle | undefined {
  try {
    const snapshot = compile(bundle, { revision: { lineage: "check", epoch: 0, revision: 0 } });
    const steps = parseBundle(bundle, new ProblemSink());
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    const files = new Map(bundle.files.filter((file) => !isDocumentFile(file)).map((file) => [file.path, file]));
    return { ...step.value, files, snapshot };
  } catch (error) {
    if (error instanceof PolicyCompileError) return undefined;
    throw error;
  }
}
