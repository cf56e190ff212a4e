import type { Bundle, BundleFile } from "./bundle.ts";
import { isDocumentFile, type ParsedBundle, parseBundle } from "./bundle-source.ts";
import { compile } from "./compile.ts";
import { PolicyCompileError } from "./policy-problem.ts";
import type { PolicySource } from "./policy-source.ts";
import { ProblemSink } from "./problem-sink.ts";
import type { CompiledPolicy } from "./snapshot.ts";

/** A policy as written and as compiled. */
export interface SoundPolicy {
  readonly source: PolicySource;
  readonly compiled: CompiledPolicy;
}

/** A bundle that compiles. */
export interface SoundBundle {
  readonly policies: readonly SoundPolicy[];
  readonly settings: ParsedBundle["settings"];
  readonly files: ReadonlyMap<string, BundleFile>;
}

/** What lint and attack look at; `undefined` when the bundle does not compile, which `compile` reports better. */
export function readSoundBundle(bundle: Bundle): SoundBundle | undefined {
  try {
    const snapshot = compile(bundle, { revision: { lineage: "check", epoch: 0, revision: 0 } });
    const steps = parseBundle(bundle, new ProblemSink());
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    const files = new Map(bundle.files.filter((file) => !isDocumentFile(file)).map((file) => [file.path, file]));
    const { policies: sources, settings } = step.value;
    const policies = snapshot.policies.flatMap((compiled) => {
      return sources.filter(({ name }) => name === compiled.name).map((source) => ({ source, compiled }));
    });
    return { policies, settings, files };
  } catch (error) {
    if (error instanceof PolicyCompileError) return undefined;
    throw error;
  }
}
