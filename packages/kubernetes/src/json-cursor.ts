import { isAscii, isUtf8 } from "node:buffer";
import { JsonBudget } from "./json-budget.ts";
import { findStringEnd, skipWhiteSpace } from "./json-grammar.ts";
import { JsonProblem, notJson } from "./json-problem.ts";
import { findDecodedReviewKey, findReviewKey, type ReviewKey } from "./review-keys.ts";
import { skipJson } from "./skip-json.ts";

/** Paths are for messages: what is longer than this names nothing a person would look for. */
const maxPathLength = 256;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** What kind of value comes next, told by its first byte: `other` may be `true`, `false`, a number, or no JSON at all. */
export type NextValue = "object" | "array" | "string" | "null" | "other";

/**
 * Reads JSON from bytes once, from left to right, without building a tree: it accepts exactly what `JSON.parse`
 * accepts, within `maxJsonDepth` and `maxJsonTokens`, and refuses review keys that stand twice in one object that is
 * read (what is skipped decides nothing). One pass costs less than `JSON.parse` alone, and a hostile body gets no memory to fill.
 */
export class JsonCursor {
  readonly #bytes: Buffer;
  readonly #encoding: "latin1" | "utf8";
  #at = 0;
  readonly #budget = new JsonBudget();
  /** True right after `{` or `[`: no comma may stand before what comes next. */
  #isFirst = false;
  /** Per open container: the review keys it has had, and where the member being read has its name (-1: an array). */
  readonly #seen: number[] = [];
  readonly #nameStarts: number[] = [];
  #key: ReviewKey | "" = "";
  /** Bounds of the string read last, without its quotes. */
  #start = 0;
  #end = 0;
  #isEscaped = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#encoding = isAscii(bytes) ? "latin1" : "utf8";
  }

  /** Number of objects and arrays that are open. */
  get depth(): number {
    return this.#budget.depth;
  }

  /** The name that `nextMember` just read, if it is a review key; empty for every other. Always a string, which is compared fastest. */
  get key(): ReviewKey | "" {
    return this.#key;
  }

  /** Only looks: a literal that merely starts like `null` is refused when it is skipped. */
  next(): NextValue {
    switch (this.#peek()) {
      case openBrace:
        return "object";
      case openBracket:
        return "array";
      case quote:
        return "string";
      case 0x6e:
        return "null";
      default:
        return "other";
    }
  }

  /** Whether the value that comes next starts like `true`. */
  isTrue(): boolean {
    return this.#peek() === 0x74;
  }

  /** Whether the value that comes next starts like `false`. */
  isFalse(): boolean {
    return this.#peek() === 0x66;
  }

  /** Steps over `{`; then call `nextMember` until it says false. */
  openObject(): void {
    this.#open(0);
  }

  /** Steps over `[`; then call `nextElement` until it says false. */
  openArray(): void {
    this.#open(-1);
  }

  /** Reads a name and its colon. False at `}`, which it steps over. Throws when a review key stands there a second time. */
  nextMember(): boolean {
    if (!this.#hasNext(closeBrace)) return false;
    this.#readString();
    this.#nameStarts[this.#budget.depth] = this.#start;
    this.#readKey();
    if (this.#peek() !== colon) throw notJson(this.#at, "':' after a name");
    this.#at++;
    return true;
  }

  /** True when an element follows. False at `]`, which it steps over. */
  nextElement(): boolean {
    return this.#hasNext(closeBracket);
  }

  /** The string that was read last, decoded: right after `nextMember` the name. */
  text(): string {
    return this.#decode(this.#start, this.#end, this.#isEscaped);
  }

  /** Reads the string that comes next. */
  readString(): string {
    this.#readString();
    return this.text();
  }

  /** Steps over whatever value comes next, checking all of it. */
  skipValue(): void {
    this.#at = skipJson(this.#bytes, this.#at, this.#budget);
  }

  /**
   * Where the cursor stands, from the container at depth `from` to the one at depth `to`: `spec.stages[].tasks`.
   * Cut after 256 characters.
   */
  path(from: number, to: number = this.depth): string {
    let path = "";
    for (let level = from; level <= to && path.length < maxPathLength; level++) {
      const start = this.#nameStarts[level] ?? -1;
      if (start < 0) path += "[]";
      else path += `${path === "" ? "" : "."}${this.#decode(start, Math.abs(findStringEnd(this.#bytes, start)), true)}`;
    }
    return path.slice(0, maxPathLength);
  }

  /**
   * Throws unless nothing but white space is left and all of it was UTF-8. Asked last, so that a body with a broken
   * character still yields the uid that its answer needs.
   */
  assertEnd(): void {
    if (this.#peek() !== -1) throw notJson(this.#at, "the end of the body");
    if (this.#encoding === "utf8" && !isUtf8(this.#bytes)) throw new JsonProblem("review-not-json", "the body is not UTF-8");
  }

  /** First byte of what comes next, white space left out, or -1 at the end. */
  #peek(): number {
    const byte = this.#bytes[this.#at] ?? -1;
    if (byte > 0x20) return byte;
    this.#at = skipWhiteSpace(this.#bytes, this.#at);
    return this.#bytes[this.#at] ?? -1;
  }

  #open(nameStart: number): void {
    const budget = this.#budget;
    budget.count();
    budget.enter();
    this.#at++;
    this.#isFirst = true;
    this.#seen[budget.depth] = 0;
    this.#nameStarts[budget.depth] = nameStart;
  }

  #hasNext(close: number): boolean {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const byte = this.#peek();
    if (byte === close) {
      this.#at++;
      this.#budget.depth--;
      return false;
    }
    if (isFirst) return true;
    if (byte !== comma) throw notJson(this.#at, "',' or a closing bracket");
    this.#at++;
    return true;
  }

  #readString(): void {
    if (this.#peek() !== quote) throw notJson(this.#at, "a string");
    this.#budget.count();
    const start = this.#at + 1;
    const end = findStringEnd(this.#bytes, start);
    this.#isEscaped = end < 0;
    this.#start = start;
    this.#end = Math.abs(end);
    this.#at = this.#end + 1;
  }

  #readKey(): void {
    const known = this.#isEscaped ? findDecodedReviewKey(this.text()) : findReviewKey(this.#bytes, this.#start, this.#end);
    if (known === undefined) {
      this.#key = "";
      return;
    }
    this.#key = known.key;
    const seen = this.#seen[this.#budget.depth] ?? 0;
    if ((seen & known.bit) !== 0) throw new JsonProblem("review-duplicate-key", `the key "${known.key}" stands twice in one object`);
    this.#seen[this.#budget.depth] = seen | known.bit;
  }

  #decode(start: number, end: number, mayBeEscaped: boolean): string {
    // JSON.parse undoes escapes exactly as the standard says, lone surrogates included.
    if (mayBeEscaped) return String(JSON.parse(this.#bytes.toString(this.#encoding, start - 1, end + 1)));
    return this.#bytes.toString(this.#encoding, start, end);
  }
}
