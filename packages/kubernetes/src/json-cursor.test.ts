import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxJsonDepth, maxJsonTokens } from "./json-budget.ts";
import { JsonCursor } from "./json-cursor.ts";
import { JsonProblem } from "./json-problem.ts";
import { reviewKeys } from "./review-keys.ts";

/** Reads a whole body the way the structural scan does, member by member, and says why it stopped. */
function walk(body: string | Buffer): string {
  return codeOf(() => {
    const cursor = new JsonCursor(Buffer.from(body));
    walkValue(cursor);
    cursor.assertEnd();
  });
}

function walkValue(cursor: JsonCursor): void {
  switch (cursor.next()) {
    case "object":
      cursor.openObject();
      while (cursor.nextMember()) walkValue(cursor);
      return;
    case "array":
      cursor.openArray();
      while (cursor.nextElement()) walkValue(cursor);
      return;
    case "string":
      cursor.readString();
      return;
    default:
      cursor.skipValue();
  }
}

/** Steps over a whole body at once, and says why it stopped. */
function skip(body: string | Buffer): string {
  return codeOf(() => {
    const cursor = new JsonCursor(Buffer.from(body));
    cursor.skipValue();
    cursor.assertEnd();
  });
}

function codeOf(read: () => void): string {
  try {
    read();
    return "accepted";
  } catch (error) {
    if (error instanceof JsonProblem) return error.code;
    throw error;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const json = fc.json({ maxDepth: 6 });
const snippet = fc.constantFrom(...'{}[],:"\\ \n\t\r0123456789-+.eEtruefalsnu\u0000\u001f\u007f/bé');
/** JSON in which a few places were overwritten, left out, or filled with what JSON is made of. */
const mutated = fc
  .tuple(json, fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.string({ unit: snippet, maxLength: 3 })), { maxLength: 4 }))
  .map(([text, edits]) => edits.reduce(edit, text));

function edit(text: string, [place, removed, inserted]: [number, number, string]): string {
  const at = place % (text.length + 1);
  return text.slice(0, at) + inserted + text.slice(at + removed);
}

describe("JsonCursor", () => {
  it("accepts what JSON.parse accepts, and nothing else, however it is read", () => {
    const hasReviewKey = new RegExp(reviewKeys.join("|"));
    fc.assert(
      fc.property(fc.oneof(json, mutated, fc.string({ unit: snippet })), (text) => {
        fc.pre(!hasReviewKey.test(text));
        const expected = isJson(text) ? "accepted" : "review-not-json";

        const outcomes = [walk(text), skip(text)];

        expect(outcomes).toEqual([expected, expected]);
      }),
      { numRuns: 3000 },
    );
  });

  it("reads strings as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.string()), fc.boolean(), (text, isEscaped) => {
        const source = isEscaped ? escapeAll(text) : JSON.stringify(text);

        const read = new JsonCursor(Buffer.from(source)).readString();

        expect(read).toBe(JSON.parse(source));
      }),
    );
  });

  it.each([
    ["0", "accepted"],
    ["-0", "accepted"],
    ["-0.5e+10", "accepted"],
    [" \t\r\n{ } ", "accepted"],
    ["01", "review-not-json"],
    ["-", "review-not-json"],
    ["1.", "review-not-json"],
    [".5", "review-not-json"],
    ["1e", "review-not-json"],
    ["+1", "review-not-json"],
    ["NaN", "review-not-json"],
    ["nul", "review-not-json"],
    ["nullx", "review-not-json"],
    ["", "review-not-json"],
    [" ", "review-not-json"],
    ["{}{}", "review-not-json"],
    ["[1,]", "review-not-json"],
    ['{"a":1,}', "review-not-json"],
    ["{,}", "review-not-json"],
    ["[,1]", "review-not-json"],
    ['{"a" 1}', "review-not-json"],
    ["{a:1}", "review-not-json"],
    ['["a" "b"]', "review-not-json"],
    ['"\\x"', "review-not-json"],
    ['"\\u12g4"', "review-not-json"],
    ['"\\ud800"', "accepted"],
    ['"a\u0000"', "review-not-json"],
    ['"a\nb"', "review-not-json"],
    ['"a', "review-not-json"],
    ['"a\\', "review-not-json"],
    ["\ufeff{}", "review-not-json"],
    ["{}\u0000", "review-not-json"],
    ["// no\n{}", "review-not-json"],
  ])("%j is %s", (text, expected) => {
    const outcomes = [walk(text), skip(text)];

    expect(outcomes).toEqual([expected, expected]);
  });

  it("refuses bytes that are no UTF-8", () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);

    const outcomes = [walk(body), skip(body)];

    expect(outcomes).toEqual(["review-not-json", "review-not-json"]);
  });

  it.each([walk, skip])("accepts 128 levels and refuses 129", (read) => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    const objects = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`;

    const outcomes = [
      read(nested(maxJsonDepth)),
      read(nested(maxJsonDepth + 1)),
      read(objects(maxJsonDepth)),
      read(objects(maxJsonDepth + 1)),
    ];

    expect(outcomes).toEqual(["accepted", "review-too-deep", "accepted", "review-too-deep"]);
  });

  it.each([walk, skip])("accepts 400,000 values and names and refuses one more", (read) => {
    // The array and each of its elements is a value.
    const list = (tokens: number): string => `[${"0,".repeat(tokens - 2)}0]`;
    // Each member is a name and a value.
    const members = (tokens: number): string => `{${'"a":0,'.repeat((tokens - 3) / 2)}"a":[]}`;

    const outcomes = [
      read(list(maxJsonTokens)),
      read(list(maxJsonTokens + 1)),
      read(members(maxJsonTokens - 1)),
      read(members(maxJsonTokens + 1)),
    ];

    expect(outcomes).toEqual(["accepted", "review-too-many-tokens", "accepted", "review-too-many-tokens"]);
  });

  it.each(reviewKeys)("refuses a second %s in one object, escaped or not", (key) => {
    const escaped = escapeAll(key);

    const outcomes = [
      walk(`{"${key}":1,"x":2,"${key}":1}`),
      walk(`[{"${key}":1,"x":{},${escaped}:1}]`),
      walk(`{${escaped}:1,${escaped}:2}`),
      walk(`{"${key}":{"${key}":1},"x":[{"${key}":1},{"${key}":1}]}`),
    ];

    expect(outcomes).toEqual(["review-duplicate-key", "review-duplicate-key", "review-duplicate-key", "accepted"]);
  });

  it("takes a name that differs in case for another name", () => {
    const outcome = walk('{"image":1,"Image":2,"IMAGE":3}');

    expect(outcome).toBe("accepted");
  });

  it("says where it stands", () => {
    const cursor = new JsonCursor(Buffer.from('{"a":{"\\u0062.c":[[{"d":1}]]}}'));

    cursor.openObject();
    cursor.nextMember();
    cursor.openObject();
    cursor.nextMember();
    cursor.openArray();
    cursor.nextElement();
    cursor.openArray();
    cursor.nextElement();
    cursor.openObject();
    cursor.nextMember();

    expect([cursor.path(1), cursor.path(2), cursor.path(3)]).toEqual(["a.b.c[][].d", "b.c[][].d", "[][].d"]);
  });
});

/** Every UTF-16 unit as an escape. */
function escapeAll(text: string): string {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index).toString(16).padStart(4, "0"));
  return `"${units.map((unit) => `\\u${unit}`).join("")}"`;
}
