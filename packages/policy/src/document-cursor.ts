import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter, type Pair } from "yaml";
import { suggestName } from "./nearest-name.ts";
import type { PolicyProblemCode } from "./policy-problem.ts";
import type { ProblemSink } from "./problem-sink.ts";

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
  readonly #node: unknown;

  private constructor(scope: DocumentScope, node: unknown, field: string, line: number) {
    this.#scope = scope;
    this.#node = isAlias(node) ? node.resolve(scope.document) : node;
    this.field = field;
    this.line = line;
  }

  static root(scope: DocumentScope): DocumentCursor {
    const { contents, range } = scope.document;
    return new DocumentCursor(scope, contents, "", scope.lines.linePos(contents?.range[0] ?? range[0]).line);
  }

  get file(): string {
    return this.#scope.file;
  }

  report(code: PolicyProblemCode, message: string): void {
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

  /** The items of a list; `undefined` when it is none. */
  items(): readonly DocumentCursor[] | undefined {
    if (!isSeq(this.#node)) return this.#wrongType("a list");
    return this.#node.items.map((node, index) => this.#child(node, `${this.field}[${index}]`));
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

  #entry({ key, value }: Pair): [string, DocumentCursor] {
    const name = keyText(key);
    const field = this.field === "" ? name : `${this.field}.${name}`;
    const line = this.#lineOf(key) ?? this.line;
    return [name, new DocumentCursor(this.#scope, value, field, line)];
  }

  #child(node: unknown, field: string): DocumentCursor {
    return new DocumentCursor(this.#scope, node, field, this.#lineOf(node) ?? this.line);
  }

  #lineOf(node: unknown): number | undefined {
    const start = offsetOf(node);
    return start === undefined ? undefined : this.#scope.lines.linePos(start).line;
  }

  #wrongType(wanted: string): undefined {
    this.report("policy-wrong-type", `must be ${wanted}, not ${describeNode(this.#node)}`);
  }
}

/** A key as text; complex keys have none that could be known. */
export function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : "?";
}

/** Where a node starts in its file; `undefined` where nothing was written. */
export function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function describeNode(node: unknown): string {
  if (isMap(node)) return "a map";
  if (isSeq(node)) return "a list";
  const value = isScalar(node) ? node.value : null;
  if (value === null) return "nothing";
  if (typeof value === "string") return "a text";
  return `the ${typeof value === "boolean" ? "truth value" : "number"} ${String(value)}; put it in quotes`;
}
