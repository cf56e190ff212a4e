import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineTableBuilder, lineOf } from "./line-table.ts";
import { readListFile } from "./list-file.ts";

function read(...pieces: readonly string[]): [string, number][] {
  const found: [string, number][] = [];
  const steps = readListFile(pieces, (pattern, line) => found.push([pattern, line]));
  while (steps.next().done !== true);
  return found;
}

describe("readListFile", () => {
  it.each([
    ["", []],
    ["a", [["a", 1]]],
    [
      "a\nb\n",
      [
        ["a", 1],
        ["b", 2],
      ],
    ],
    [
      "a\r\nb\r\n",
      [
        ["a", 1],
        ["b", 2],
      ],
    ],
    ["\ufeffa", [["a", 1]]],
    ["# c\n\n  a  \n\t# d\n", [["a", 3]]],
    [
      "a # c\na#b\n#",
      [
        ["a", 1],
        ["a#b", 2],
      ],
    ],
    ["a\t#c # d", [["a", 1]]],
  ])("reads %j", (text, patterns) => {
    expect(read(text)).toEqual(patterns);
  });

  it("hands over no more than the start of an endless line", () => {
    const [[pattern, line] = ["", 0]] = read("x".repeat(1_000_000));

    expect(pattern.length).toBeLessThan(3_000);
    expect(line).toBe(1);
  });

  it("reads lines as splitting the text would", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b/c", "", " ", "# x", "d # y")), (lines) => {
        const patterns = lines.map((line) => line.replace(/(^|\s)#.*/u, "").trim());
        expect(read(lines.join("\n"))).toEqual(patterns.flatMap((pattern, index) => (pattern === "" ? [] : [[pattern, index + 1]])));
      }),
    );
  });

  it("reads the same wherever the text is cut", () => {
    const texts = fc.array(fc.constantFrom("a", "b/c", "\n", " ", "#", "\r\n", "x".repeat(1_500)));
    fc.assert(
      fc.property(fc.array(texts), (pieces) => {
        const texts = pieces.map((parts) => parts.join(""));
        expect(read(...texts)).toEqual(read(texts.join("")));
      }),
    );
  });

  it("pauses every few hundred lines, blank ones included", () => {
    const steps = [...readListFile(["\n".repeat(2_560)], () => undefined)];

    expect(steps).toHaveLength(10);
  });
});

describe("LineTableBuilder", () => {
  it("knows the line of every pattern", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }), (unsorted) => {
        const lines = unsorted.toSorted((a, b) => a - b);
        const table = new LineTableBuilder();
        for (const line of lines) table.add(line);
        expect(lines.map((_, ordinal) => lineOf(table.build(), ordinal))).toEqual(lines);
      }),
    );
  });
});
