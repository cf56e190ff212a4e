import { TextDecoder } from "node:util";

/** What a strict reader refuses. Never leaves this folder: each public function turns it into its own problem. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  /** The bytes may be right, but a later release wrote them. */
  readonly isNewer: boolean;

  constructor(message: string, { isNewer = false, cause }: { readonly isNewer?: boolean; readonly cause?: unknown } = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.isNewer = isNewer;
  }
}

export interface StrictJson<T> {
  readonly what: string;
  readonly maxBytes: number;
  readonly read: (value: unknown) => T;
}

/** Reads JSON written by people: blanks may stand anywhere. Throws `FormatError`. */
export function readJson<T>(bytes: Uint8Array, { what, maxBytes, read }: StrictJson<T>): T {
  return read(parse(bytes, what, maxBytes));
}

/**
 * Reads JSON in its one spelling, as `JSON.stringify` writes it: without blanks, repeated keys or other ways to write a
 * number. So no two readers can see different things in the same bytes. Throws `FormatError`.
 */
export function readExactJson<T>(bytes: Uint8Array, { what, maxBytes, read }: StrictJson<T>): T {
  const value = parse(bytes, what, maxBytes);
  // First: what has the right shape is not nested deeper than `stringify` can go.
  const result = read(value);
  if (!Buffer.from(JSON.stringify(value)).equals(bytes)) throw new FormatError(`${what} is not written in its one spelling`);
  return result;
}

/** Runs a reader; `refuse` turns what it refuses into the caller's problem. */
export function attempt<T, P>(read: () => T, refuse: (error: FormatError) => P): T | P {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return refuse(error);
    throw error;
  }
}

function parse(bytes: Uint8Array, what: string, maxBytes: number): unknown {
  if (bytes.length > maxBytes) throw new FormatError(`${what} has ${bytes.length} bytes; at most ${maxBytes} are read`);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new FormatError(`${what} is no JSON in UTF-8`, { cause });
  }
}

export interface Shape {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

/** The fields of an object that has all required ones and no unknown one. */
export function fieldsOf(value: unknown, at: string, { required, optional = [] }: Shape): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new FormatError(`${at} is no object`);
  const fields = new Map<string, unknown>(Object.entries(value));
  const missing = required.find((name) => !fields.has(name));
  if (missing !== undefined) throw new FormatError(`${at} lacks "${missing}"`);
  const unknown = [...fields.keys()].find((name) => !required.includes(name) && !optional.includes(name));
  if (unknown === undefined) return fields;
  throw new FormatError(`${at} has the unknown field ${JSON.stringify(unknown.slice(0, 64))}; a newer release may know it`, {
    isNewer: true,
  });
}

/** A list of `min` to `max` items, each read by `read`. */
export function listOf<T>(
  value: unknown,
  at: string,
  rule: { min: number; max: number; read: (item: unknown, at: string) => T },
): readonly T[] {
  if (!Array.isArray(value)) throw new FormatError(`${at} is no list`);
  const items: readonly unknown[] = value;
  if (items.length < rule.min || items.length > rule.max) {
    throw new FormatError(`${at} has ${items.length} items; it must have ${rule.min} to ${rule.max}`);
  }
  return items.map((item, index) => rule.read(item, `${at}[${index}]`));
}

/** Text that a pattern matches whole. */
export function textOf(value: unknown, at: string, pattern: RegExp): string {
  if (typeof value === "string" && pattern.test(value)) return value;
  throw new FormatError(`${at} is not as it must be: ${pattern.source}`);
}

/** A whole number that JSON carries without loss. */
export function countOf(value: unknown, at: string, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new FormatError(`${at} is no whole number from ${min} to ${max}`);
}

export function flagOf(value: unknown, at: string): boolean {
  if (typeof value === "boolean") return value;
  throw new FormatError(`${at} is neither true nor false`);
}
