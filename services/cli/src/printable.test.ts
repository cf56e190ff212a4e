import { expect, it } from "vitest";
import { printable } from "./printable.ts";

it.each([
  ["blue/r0", "blue/r0"],
  ["Köln 東京", "Köln 東京"],
  ["\u001b[2Jgone", "\\u{1b}[2Jgone"],
  ["a\nb\u2028c", "a\\u{a}b\\u{2028}c"],
  ["\u202egnp.exe", "\\u{202e}gnp.exe"],
  ["\ud800", "\\u{d800}"],
])("printable leaves nothing in %j that moves, reverses or breaks a line", (text, shown) => {
  expect(printable(text)).toBe(shown);
});
