import { type Document, LineCounter, parseAllDocuments } from "yaml";
import { JsonBudget } from "./json-budget.ts";
import { skipWhiteSpace } from "./json-grammar.ts";
import { JsonProblem } from "./json-problem.ts";
import { skipJson } from "./skip-json.ts";

/** One document of a text, as data. JSON keeps its bytes, so that what stands twice in them can still be seen. */
export type SourceDocument =
  | { readonly ok: true; readonly line: number; readonly value: unknown; readonly json: Buffer }
  | { readonly ok: false; readonly line: number; readonly message: string };

/** An alias is worth this many copies at most: enough for honest anchors, too few to blow a small file up. */
const maxAliasCount = 100;

/**
 * Splits a text into its documents: JSON values one after another (as `jq` prints them), else YAML. Documents that
 * hold nothing are left out. Problems stand where their document stands.
 */
export function readDocuments(text: string): readonly SourceDocument[] {
  return readJsonDocuments(Buffer.from(text)) ?? readYamlDocuments(text);
}

/** `undefined` where the text is something else than JSON values in a row. */
function readJsonDocuments(bytes: Buffer): readonly SourceDocument[] | undefined {
  const documents: SourceDocument[] = [];
  let line = 1;
  let at = 0;
  for (;;) {
    const start = skipWhiteSpace(bytes, at);
    line += countLines(bytes, at, start);
    if (start === bytes.length) return documents.length === 0 ? undefined : documents;
    const end = findJsonEnd(bytes, start);
    if (end === undefined) return undefined;
    const json = bytes.subarray(start, end);
    documents.push({ ok: true, line, value: JSON.parse(json.toString()), json });
    line += countLines(bytes, start, end);
    at = end;
  }
}

/** Only objects and arrays count: every bare word is YAML as well. */
function findJsonEnd(bytes: Buffer, start: number): number | undefined {
  if (bytes[start] !== 0x7b && bytes[start] !== 0x5b) return undefined;
  try {
    // A list of a whole cluster may hold any number of objects; each of them is bounded when it is read.
    return skipJson(bytes, start, new JsonBudget(Number.POSITIVE_INFINITY));
  } catch (error) {
    if (error instanceof JsonProblem) return undefined;
    throw error;
  }
}

function countLines(bytes: Buffer, start: number, end: number): number {
  let lines = 0;
  for (let at = start; at < end; at++) if (bytes[at] === 0x0a) lines++;
  return lines;
}

/** Merge keys as kubectl reads them; no tags that would turn a map into something JSON cannot show. */
function yamlOptions(lineCounter: LineCounter) {
  return { lineCounter, merge: true, resolveKnownTags: false, logLevel: "error" } as const;
}

function readYamlDocuments(text: string): readonly SourceDocument[] {
  const lineCounter = new LineCounter();
  const documents: SourceDocument[] = [];
  for (const document of parseAllDocuments(text, yamlOptions(lineCounter))) {
    const [error] = document.errors;
    const line = lineCounter.linePos(document.contents?.range[0] ?? document.range[0]).line;
    if (error !== undefined) documents.push({ ok: false, line: error.linePos?.[0].line ?? line, message: firstLine(error.message) });
    else documents.push(...toDocument(document, line));
  }
  return documents;
}

function toDocument(document: Document.Parsed, line: number): readonly SourceDocument[] {
  const value = toValue(document);
  if (value instanceof Error) return [{ ok: false, line, message: firstLine(value.message) }];
  if (value === null || value === undefined) return [];
  return [{ ok: true, line, value, json: Buffer.from(JSON.stringify(value)) }];
}

/** The data of a document, or why it has none: `yaml` throws for unknown aliases, too many of them, and wrong merges. */
function toValue(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount });
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function firstLine(message: string): string {
  const [line = ""] = message.split("\n");
  return line.replace(/:$/, "");
}
