import { nearestName } from "@portcullis/nearest-name";
import { isMap, isNode, isScalar, LineCounter, type Pair, parseDocument } from "yaml";
import type { ConfigProblem } from "./config-error.ts";
import type { GivenValue, GivenValues } from "./given-value.ts";
import type { Setting } from "./setting.ts";

// More than any honest configuration uses, and too few for a document that expands without end.
const maxAliasCount = 100;

/** Reads the settings of a YAML (or JSON) file. Every key must be known. */
export function readFile(file: { readonly path: string; readonly text: string }, settings: readonly Setting[]): GivenValues {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false });
  const values = new Map<string, GivenValue>();
  const problems: ConfigProblem[] = [];
  const originOf = (node: unknown) => `${file.path}:${lines.linePos(isNode(node) ? (node.range?.[0] ?? 0) : 0).line}`;

  for (const { pos, message } of document.errors) {
    problems.push({ key: "", origin: `${file.path}:${lines.linePos(pos[0]).line}`, message: `is no YAML: ${lowerFirst(message)}` });
  }
  if (problems.length > 0) return { values, problems, isUnreadable: true };

  function visitGroup(prefix: string, group: unknown): void {
    if (isMap(group)) for (const pair of group.items) visitPair(prefix, pair);
  }
  function visitPair(prefix: string, { key: name, value: node }: Pair): void {
    const key = prefix + String(isScalar(name) ? name.value : name);
    const problem = problemOf(key, node, settings);
    if (problem !== undefined) problems.push({ key, origin: originOf(name), message: problem });
    else if (isGroup(key, settings)) visitGroup(`${key}.`, node);
    else readLeaf(key, originOf(name), node);
  }
  function readLeaf(key: string, origin: string, node: unknown): void {
    try {
      values.set(key, { value: isNode(node) ? node.toJS(document, { maxAliasCount }) : node, origin });
    } catch (error) {
      problems.push({ key, origin, message: `cannot be read: ${lowerFirst(error instanceof Error ? error.message : String(error))}` });
    }
  }

  if (isMap(document.contents) || isEmpty(document.contents)) visitGroup("", document.contents);
  else problems.push({ key: "", origin: `${file.path}:1`, message: "must be an object: write `name: value` lines" });
  return { values, problems };
}

function problemOf(key: string, node: unknown, settings: readonly Setting[]): string | undefined {
  if (isGroup(key, settings)) {
    return isMap(node) || isEmpty(node) ? undefined : "must be an object: write its settings below it, indented";
  }
  const keys = settings.map((setting) => setting.key);
  if (keys.includes(key)) return isEmpty(node) ? "has no value: write one, or remove the line" : undefined;
  const nearest = nearestName(key, keys);
  return nearest === undefined
    ? "is no setting: remove it, or see `docs/configuration.md` for the names"
    : `is no setting: did you mean ${nearest}?`;
}

function isGroup(key: string, settings: readonly Setting[]): boolean {
  return settings.some((setting) => setting.key.startsWith(`${key}.`));
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
