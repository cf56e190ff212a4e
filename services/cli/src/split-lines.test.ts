import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitLines, tooLong } from "./split-lines.ts";

async function linesOf(chunks: readonly Uint8Array[], maxLength = 100): Promise<unknown[]> {
  async function* stream() {
    yield* chunks;
  }
  const lines: unknown[] = [];
  for await (const batch of splitLines(stream(), maxLength)) lines.push(...batch);
  return lines;
}

describe("splitLines", () => {
  it("finds the same lines however the stream is cut, inside a character too", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: "grapheme" })), fc.array(fc.nat()), async (texts, cuts) => {
        const wanted = texts.map((text) => text.replaceAll("\n", ""));
        const bytes = Buffer.from(wanted.map((text) => `${text}\n`).join(""));
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));

        expect(await linesOf(chunks, 10_000)).toEqual(wanted);
      }),
    );
  });

  it("takes a last line without its end, and no line after the last end", async () => {
    expect(await linesOf([Buffer.from("a\n\nb")])).toEqual(["a", "", "b"]);
    expect(await linesOf([Buffer.from("a\n")])).toEqual(["a"]);
    expect(await linesOf([])).toEqual([]);
  });

  it("does not split at U+2028, which JSON allows inside a string", async () => {
    expect(await linesOf([Buffer.from('"a\u2028b"\n')])).toEqual(['"a\u2028b"']);
  });

  it("keeps nothing of a line beyond the limit and goes on with the next", async () => {
    expect(await linesOf([Buffer.from("aaaa"), Buffer.from("aaaa\nb\n"), Buffer.from("cccccccc")], 5)).toEqual([tooLong, "b", tooLong]);
  });
});
