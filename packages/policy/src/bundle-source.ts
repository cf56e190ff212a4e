import type { Bundle, BundleFile } from "./bundle.ts";
import type { DocumentCursor } from "./document-cursor.ts";
import { isStrayOverlay, overlayGlobOf } from "./overlays.ts";
import { parseBundleSettings } from "./parse-bundle-settings.ts";
import { parseImagePolicy } from "./parse-image-policy.ts";
import type { BundleSource, PolicySource } from "./policy-source.ts";
import { compareText, type ProblemSink } from "./problem-sink.ts";
import { readDocuments } from "./read-documents.ts";
import { suggestName } from "./suggest-name.ts";

/** Examples of decisions may stand beside the policies they are about; who publishes a folder runs them. */
const kindOfCases = "DecisionCases";

/** Kinds that are run today. */
export const policyKinds = ["ImagePolicy", "Bundle"] as const;

const apiVersion = "portcullis.dev/v1";

/** All documents of a bundle, as their authors wrote them. */
export interface ParsedBundle {
  readonly policies: readonly PolicySource[];
  readonly settings: BundleSource | undefined;
}

/** Reads every document of a bundle, in the order of file paths. Yields between slices of work. */
export function* parseBundle(bundle: Bundle, problems: ProblemSink): Generator<void, ParsedBundle> {
  const policies: PolicySource[] = [];
  const settings: BundleSource[] = [];
  const files = bundle.files.toSorted((a, b) => compareText(a.path, b.path));
  for (const file of files) {
    reportForeignFile(file, problems);
    reportStray(file, problems);
    if (!isDocumentFile(file)) continue;
    for (const document of yield* readDocuments(file, problems)) {
      const kind = kindOf(document);
      if (kind === "ImagePolicy") policies.push(parseImagePolicy(document));
      else if (kind === "Bundle") settings.push(parseBundleSettings(document));
      yield;
    }
  }
  reportDuplicates(policies, problems);
  reportSecondBundle(settings, problems);
  return { policies, settings: settings[0] };
}

/** Whether a file holds documents; every other file may be a list. */
export function isDocumentFile({ path }: BundleFile): boolean {
  return /\.(?:ya?ml|json)$/iu.test(path);
}

function reportForeignFile({ path }: BundleFile, problems: ProblemSink): void {
  if (!path.endsWith(".rego")) return;
  problems.add({ code: "policy-unknown-kind", file: path, line: 1, field: "", message: `Rego modules are not run; ${kindsThatWork()}` });
}

/** Whoever reads the folder would think that it is in force somewhere. */
function reportStray({ path }: BundleFile, problems: ProblemSink): void {
  if (!isStrayOverlay(path)) return;
  const message =
    'stands for no cluster; move it to "overlays/<clusters>/", a folder with the name of a cluster, or a glob such as "prod-*"';
  problems.add({ code: "policy-overlay-stray", file: path, line: 1, field: "", message });
}

function kindsThatWork(): string {
  return `the kinds that work are ${policyKinds.map((kind) => `"${kind}"`).join(" and ")}`;
}

/** The kind of a document that can be read; reports every other one. */
function kindOf(document: DocumentCursor): (typeof policyKinds)[number] | undefined {
  const cursor = document.peek("kind");
  if (cursor === undefined) {
    if (document.isMap) return document.missing("kind", "ImagePolicy");
    return document.report("policy-wrong-type", "is no policy; a document is a map with apiVersion, kind, metadata and spec");
  }
  const kind = cursor.text();
  if (kind === undefined || kind === kindOfCases) return undefined;
  if (kind === "Bundle" && overlayGlobOf(document.file) !== undefined) {
    // Settings of one cluster could open what the bundle closes.
    const message = 'an overlay can only deny more, so it holds no "Bundle"; set it for all clusters, outside of "overlays/"';
    return cursor.report("policy-overlay-settings", message);
  }
  const known = policyKinds.find((each) => each === kind);
  if (known === undefined) cursor.report("policy-unknown-kind", `kind ${JSON.stringify(kind)} is not run; ${kindsThatWork()}`);
  else checkApiVersion(document);
  return known;
}

function checkApiVersion(document: DocumentCursor): void {
  const cursor = document.peek("apiVersion");
  if (cursor === undefined) {
    document.missing("apiVersion", apiVersion);
    return;
  }
  const version = cursor.text();
  if (version === undefined || version === apiVersion) return;
  cursor.report("policy-wrong-value", `${JSON.stringify(version)} is not known${suggestName(version, [apiVersion])}`);
}

function reportDuplicates(policies: readonly PolicySource[], problems: ProblemSink): void {
  const seen = new Map<string, PolicySource>();
  // What is for all is the first, wherever it stands: it is the overlay that has to give way.
  const forAll = policies.filter(({ overlay }) => overlay === undefined);
  for (const policy of [...forAll, ...policies.filter(({ overlay }) => overlay !== undefined)]) {
    const { name, file, line } = policy;
    const first = seen.get(name);
    if (first === undefined || name === "") {
      seen.set(name, policy);
      continue;
    }
    const message = `the policy "${name}" stands in "${first.file}" at line ${first.line} too; give one of them another name`;
    problems.add({ code: "policy-duplicate-name", file, line, field: "metadata.name", message });
  }
}

function reportSecondBundle([first, ...others]: readonly BundleSource[], problems: ProblemSink): void {
  if (first === undefined) return;
  for (const { file, line } of others) {
    const message = `a second "Bundle" document; the first stands in "${first.file}" at line ${first.line}. Keep one`;
    problems.add({ code: "policy-second-bundle", file, line, field: "kind", message });
  }
}
