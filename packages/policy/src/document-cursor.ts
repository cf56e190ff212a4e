import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Pair, type ParsedNode } from "yaml";
import type { PolicyProblemCode } from "./policy-problem.ts";
import type { ProblemSink } from "./problem-sink.ts";
import { suggestName } from "./suggest-name.ts";

/** One YAML document, and where its mistakes go. */
export interface DocumentScope {
  readonly file: string;
  readonly lines: LineCounter;
  readonly document: Document.Parsed;
  readonly problems: ProblemSink;
}

/** A value in a YAML document that knows its place: each accessor either returns the type it names or reports a mistake. */
export class DocumentCursor {
  readonly field: string;
  readonly line: number;
  readonly #scope: DocumentScope;
  readonly #node: ParsedNode | null;

  private constructor(scope: DocumentScope, node: ParsedNode | null, field: string, line: number) {
    this.#scope = scope;
    // An alias without an anchor is a syntax error, so a node of the same document stands behind each.
    this.#node = isAlias(node) ? (node.resolve(scope.document) as ParsedNode) : node;
    this.field = field;
    this.line = line;
  }

  static root(scope: DocumentScope): DocumentCursor {
    const { contents } = scope.document;
    return new DocumentCursor(scope, contents, "", scope.lines.linePos(offsetOf(contents)).line);
  }

  get file(): string {
    return this.#scope.file;
  }

  report(code: PolicyProblemCode, message: string): undefined {
    this.#scope.problems.add({ code, file: this.file, line: this.line, field: this.field, message });
  }

  /** The fields of a map. Reports fields that are not `known`; `undefined` when it is no map. */
  fields(known: readonly string[]): ReadonlyMap<string, DocumentCursor> | undefined {
    if (!isMap(this.#node)) return this.#wrongType(`a map with ${known.map((name) => `"${name}"`).join(", ")}`);
    const fields = new Map<string, DocumentCursor>();
    for (const pair of this.#node.items) {
      const [name, cursor] = this.#entry(pair);
      if (known.includes(name)) fields.set(name, cursor);
      else cursor.report("policy-unknown-field", `unknown field "${name}"${suggestName(name, known)}`);
    }
    return fields;
  }

  /** One field of a map, whatever else is there; reports nothing. */
  peek(name: string): DocumentCursor | undefined {
    if (!isMap(this.#node)) return undefined;
    const pair = this.#node.items.find(({ key }) => keyText(key) === name);
    return pair === undefined ? undefined : this.#entry(pair)[1];
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  get isEmptyList(): boolean {
    return isSeq(this.#node) && this.#node.items.length === 0;
  }

  /** The items of a list, or this value alone where it is none. */
  each(): readonly DocumentCursor[] {
    if (!isSeq(this.#node)) return [this];
    return this.#node.items.map((node, index) => this.#child(node, `${this.field}[${index}]`));
  }

  /** The items of a list; `undefined` when it is none. */
  items(): readonly DocumentCursor[] | undefined {
    return this.isList ? this.each() : this.#wrongType("a list");
  }

  text(): string | undefined {
    const value = this.#scalar();
    return typeof value === "string" ? value : this.#wrongType("a text");
  }

  flag(): boolean | undefined {
    const value = this.#scalar();
    return typeof value === "boolean" ? value : this.#wrongType("true or false");
  }

  choice<Option extends string>(options: readonly Option[]): Option | undefined {
    const value = this.text();
    const option = options.find((each) => each === value);
    if (value !== undefined && option === undefined) {
      this.report("policy-wrong-value", `${JSON.stringify(value)} is none of ${options.map((each) => `"${each}"`).join(", ")}`);
    }
    return option;
  }

  /** Reports a field that must be there. */
  missing(name: string, example: string): undefined {
    const field = this.field === "" ? name : `${this.field}.${name}`;
    const message = `"${name}" is missing; write for example ${example}`;
    this.#scope.problems.add({ code: "policy-missing-field", file: this.file, line: this.line, field, message });
  }

  #scalar(): unknown {
    return isScalar(this.#node) ? this.#node.value : undefined;
  }

  #entry({ key, value }: Pair<ParsedNode, ParsedNode | null>): [string, DocumentCursor] {
    const name = keyText(key);
    const field = this.field === "" ? name : `${this.field}.${name}`;
    return [name, new DocumentCursor(this.#scope, value, field, this.#lineOf(key))];
  }

  #child(node: ParsedNode, field: string): DocumentCursor {
    return new DocumentCursor(this.#scope, node, field, this.#lineOf(node));
  }

  #lineOf(node: ParsedNode): number {
    return this.#scope.lines.linePos(offsetOf(node)).line;
  }

  #wrongType(wanted: string): undefined {
    this.report("policy-wrong-type", `must be ${wanted}, not ${describeNode(this.#node)}`);
  }
}

/** A key as text; complex keys have none that could be known. */
export function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : "?";
}

/** Where a node of a parsed document starts in its file: each has a range. */
export function offsetOf(node: unknown): number {
  return (node as ParsedNode).range[0];
}

function describeNode(node: ParsedNode | null): string {
  if (isMap(node)) return "a map";
  if (isSeq(node)) return "a list";
  const value = isScalar(node) ? node.value : null;
  if (value === null) return "nothing";
  if (typeof value === "string") return "a text";
  return `the ${typeof value === "boolean" ? "truth value" : "number"} ${String(value)}; put it in quotes`;
}
