import type { Document, LineCounter } from "yaml";
import { isNode } from "yaml";
import type { CaseProblem } from "./decision-case.ts";

/** A value in a case file that knows its place. Accessors report a mistake and return `undefined` where the type is wrong. */
export class CaseValue {
  readonly value: unknown;
  readonly #path: readonly (string | number)[];
  readonly #source: CaseSource;

  constructor(source: CaseSource, value: unknown, path: readonly (string | number)[] = []) {
    this.#source = source;
    this.value = value;
    this.#path = path;
  }

  get file(): string {
    return this.#source.file;
  }

  get line(): number {
    const { document, lines } = this.#source;
    for (let length = this.#path.length; length >= 0; length -= 1) {
      const node: unknown = length === 0 ? document.contents : document.getIn(this.#path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  }

  report(message: string): undefined {
    const field = this.#path.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`)).join("");
    this.#source.problems.push({ file: this.file, line: this.line, field: field.replace(/^\./u, ""), message });
  }

  /** The entries of a map whose names are all `known`; any name where `known` is left out. */
  entries(known?: readonly string[]): ReadonlyMap<string, CaseValue> | undefined {
    const { value } = this;
    if (!isRecord(value)) return this.report("must be a map");
    const entries = new Map<string, CaseValue>();
    for (const [name, child] of Object.entries(value)) {
      const entry = new CaseValue(this.#source, child, [...this.#path, name]);
      if (known === undefined || known.includes(name)) entries.set(name, entry);
      else entry.report(`unknown field "${name}"; known are ${known.map((each) => `"${each}"`).join(", ")}`);
    }
    return entries;
  }

  items(): readonly CaseValue[] | undefined {
    const { value } = this;
    if (!Array.isArray(value)) return this.report("must be a list");
    return value.map((child: unknown, index) => new CaseValue(this.#source, child, [...this.#path, index]));
  }

  text(): string | undefined {
    return typeof this.value === "string" ? this.value : this.report("must be a text; put it in quotes");
  }

  choice<Option extends string>(options: readonly Option[]): Option | undefined {
    const option = options.find((each) => each === this.value);
    return option ?? this.report(`must be one of ${options.map((each) => `"${each}"`).join(", ")}`);
  }
}

/** The document a value stands in, and where its mistakes go. */
export interface CaseSource {
  readonly file: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly problems: CaseProblem[];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
