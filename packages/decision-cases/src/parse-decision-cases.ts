import { parseAdmissionReview, parseImageReview } from "@portcullis/kubernetes";
import { operations, type Workload } from "@portcullis/policy";
import { type Document, LineCounter, parseAllDocuments } from "yaml";
import { CaseValue, isRecord } from "./case-value.ts";
import type { CaseProblem, CaseReview, DecisionCase, DecisionCases } from "./decision-case.ts";
import { type CaseDefaults, givenFields, parseGiven } from "./given-review.ts";
import { parseExpectation } from "./parse-expectation.ts";

/** A case file as far as its text says it: `policiesFrom` is still to be read. */
export interface ParsedCases extends DecisionCases {
  /** Paths relative to the case file. */
  readonly policiesFrom: readonly string[];
}

/** Reads a case file; reports every mistake. `undefined` when it holds no document with `kind: DecisionCases`. */
export function parseDecisionCases(file: string, text: string, problems: CaseProblem[]): ParsedCases | undefined {
  const lines = new LineCounter();
  const documents = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })];
  // Cases that are skipped because their YAML is broken would pass unnoticed.
  const broken = /^kind: *"?DecisionCases/mu.test(text) ? documents.flatMap(({ errors }) => errors) : [];
  for (const { pos, message } of broken)
    problems.push({ file, line: lines.linePos(pos[0]).line, field: "", message: `is not valid YAML: ${message}` });
  const [document, second] = documents.filter(isDecisionCases);
  if (document === undefined || broken.length > 0) return undefined;
  const root = new CaseValue({ file, document, lines, problems }, document.toJS({ maxAliasCount: 100 }));
  if (second !== undefined) root.report('is one of two documents with kind "DecisionCases"; put the other into a file of its own');
  return parseFile(root, textOfPolicies(text, document));
}

function isDecisionCases(document: Document.Parsed): boolean {
  return document.get("kind") === "DecisionCases";
}

/** The text of a case file with the cases blanked out, so that the policies beside them keep their lines. */
function textOfPolicies(text: string, { contents }: Document.Parsed): string {
  const [start, , end] = contents?.range ?? [0, 0, 0];
  return text.slice(0, start) + text.slice(start, end).replaceAll(/[^\n]/gu, "") + text.slice(end);
}

function parseFile(root: CaseValue, policies: string): ParsedCases {
  const fields = root.entries(["apiVersion", "kind", "about", "files", "policiesFrom", "defaults", "cases"]);
  const defaults = parseDefaults(fields?.get("defaults"));
  const cases = fields?.get("cases")?.items() ?? root.report('must hold a list "cases"') ?? [];
  if (fields?.get("apiVersion")?.value !== "portcullis.dev/v1") root.report('must say apiVersion: "portcullis.dev/v1"');
  const files = [...(fields?.get("files")?.entries() ?? [])].map(([path, text]) => ({ path, text: text.text() ?? "" }));
  const parsed = cases.flatMap((each) => parseCase(each, defaults) ?? []);
  reportDuplicates(parsed, cases);
  return {
    file: root.file,
    about: fields?.get("about")?.text() ?? "",
    bundle: { files: [{ path: root.file.slice(root.file.lastIndexOf("/") + 1), text: policies }, ...files] },
    cases: parsed,
    policiesFrom: (fields?.get("policiesFrom")?.items() ?? []).flatMap((path) => path.text() ?? []),
  };
}

function parseDefaults(value: CaseValue | undefined): CaseDefaults {
  const fields = value?.entries(["cluster", "namespace", "operation"]);
  return {
    cluster: fields?.get("cluster")?.text() ?? "default",
    namespace: fields?.get("namespace")?.text() ?? "default",
    operation: fields?.get("operation")?.choice(operations) ?? "CREATE",
  };
}

function parseCase(value: CaseValue, defaults: CaseDefaults): DecisionCase | undefined {
  const fields = value.entries(["name", "expect", ...givenFields]);
  if (fields === undefined) return undefined;
  const name = fields.get("name")?.text() ?? value.report('must have a "name"');
  const expected = fields.get("expect");
  const expect = expected === undefined ? value.report('must say what to "expect"') : parseExpectation(expected);
  const review = parseGiven(value, fields, defaults);
  const workload = review && toWorkload(value, review);
  if (name === undefined || expect === undefined || review === undefined || workload === undefined) return undefined;
  return { name, file: value.file, line: value.line, workload, review, expect };
}

/** Through the same door as a review from the network. */
function toWorkload(value: CaseValue, { protocol, cluster, body }: CaseReview): Workload | undefined {
  const parse = protocol === "admission" ? parseAdmissionReview : parseImageReview;
  const review = parse(Buffer.from(body), { cluster, unknownImageLists: "report" });
  return review.ok ? review.workload : value.report(`asks with a review that no policy would see: ${review.message}`);
}

function reportDuplicates(parsed: readonly DecisionCase[], values: readonly CaseValue[]): void {
  const seen = new Set<string>();
  for (const value of values) {
    const name = isRecord(value.value) ? value.value["name"] : undefined;
    if (typeof name !== "string" || parsed.length === 0) continue;
    if (seen.has(name)) value.report(`has the name of another case: ${JSON.stringify(name)}`);
    seen.add(name);
  }
}
