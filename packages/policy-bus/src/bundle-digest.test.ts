import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bundleDigest } from "./bundle-digest.ts";

const files = fc.uniqueArray(fc.record({ path: fc.string(), text: fc.string() }), { selector: ({ path }) => path, maxLength: 5 });

describe("bundleDigest", () => {
  it("does not depend on the order of the files", async () => {
    await fc.assert(
      fc.asyncProperty(files, async (list) => {
        expect(await bundleDigest({ files: list.toReversed() })).toBe(await bundleDigest({ files: list }));
      }),
    );
  });

  it("differs where text moves from one file, or from a path, into the next", async () => {
    const digests = await Promise.all(
      [[file("a", "bc")], [file("ab", "c")], [file("a", ""), file("b", "c")], [file("a", "b"), file("c", "")], []].map((list) =>
        bundleDigest({ files: list }),
      ),
    );

    expect(new Set(digests).size).toBe(digests.length);
  });

  it("is that of the whole text however long it is", async () => {
    const text = "é".repeat(3 * 1024 * 1024);

    const [whole, other] = await Promise.all([
      bundleDigest({ files: [file("list.txt", `${text}a`)] }),
      bundleDigest({ files: [file("list.txt", `${text}b`)] }),
    ]);

    expect(whole).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(whole).not.toBe(other);
  });
});

describe("bundleDigest of a file in pieces", () => {
  it("is that of the whole file", async () => {
    const long = "a".repeat(524_287);
    const rest = ["", "b", `${long}😀c`, `${long}c😀`];

    const [whole, inPieces] = await Promise.all([
      bundleDigest({ files: [file("list.txt", `a${rest.join("")}`)] }),
      bundleDigest({ files: [{ ...file("list.txt", "a"), rest }] }),
    ]);

    expect(inPieces).toBe(whole);
  });
});

function file(path: string, text: string) {
  return { path, text };
}
