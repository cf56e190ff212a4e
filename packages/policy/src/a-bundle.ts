import type { Bundle, BundleFile } from "./bundle.ts";
import { compile } from "./compile.ts";
import type { Decision } from "./decision.ts";
import { evaluate } from "./evaluate.ts";
import { PolicyCompileError, type PolicyProblem } from "./policy-problem.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Workload, WorkloadImage } from "./workload.ts";

/** Fields of a policy's `spec`, and its name; for tests. */
export type PolicyFields = Readonly<Record<string, unknown>> & { readonly name?: string };

/** The text of a policy document; JSON is YAML. */
export function aPolicy({ name = "policy", ...spec }: PolicyFields): string {
  return JSON.stringify({ apiVersion: "portcullis.dev/v1", kind: "ImagePolicy", metadata: { name }, spec });
}

/** A bundle of one file of documents, and of list files by path. */
export function aBundle(documents: readonly string[], lists: Readonly<Record<string, string>> = {}): Bundle {
  const files: BundleFile[] = Object.entries(lists).map(([path, text]) => ({ path, text }));
  return { files: [{ path: "policies.yaml", text: documents.join("\n---\n") }, ...files] };
}

/** A compiled bundle of policies, at revision `test/1/7`. */
export function aSnapshot(...policies: readonly PolicyFields[]): Snapshot {
  return compile(aBundle(policies.map(aPolicy)), { revision: { lineage: "test", epoch: 1, revision: 7 } });
}

/** A pod that is created with these images in its containers. */
export function aPod(images: readonly (string | WorkloadImage)[], overrides: Partial<Workload> = {}): Workload {
  return {
    via: "admission",
    cluster: "default",
    namespace: "default",
    group: "",
    kind: "Pod",
    name: "pod",
    operation: "CREATE",
    images: images.map((image) => (typeof image === "string" ? { image, field: "containers", container: "main" } : image)),
    imagesUnchanged: false,
    annotations: {},
    unknownImageLists: [],
    ...overrides,
  };
}

/** The decision on a pod with these images. */
export function judge(snapshot: Snapshot, ...images: readonly string[]): Decision {
  return evaluate(snapshot, aPod(images));
}

/** What `compile` says against a bundle. */
export function problemsOf(bundle: Bundle): readonly PolicyProblem[] {
  try {
    compile(bundle, { revision: { lineage: "test", epoch: 1, revision: 7 } });
    return [];
  } catch (error) {
    if (error instanceof PolicyCompileError) return error.problems;
    throw error;
  }
}
