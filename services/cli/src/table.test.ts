import { describe, expect, it } from "vitest";
import { recordedTerminal } from "./recorded-terminal-fixture.ts";
import { formatTable } from "./table.ts";

describe("formatTable", () => {
  it("makes each column as wide as its widest cell, and leaves nothing at the end of a line", () => {
    const rows = [
      ["A", "LONG", ""],
      ["aaa", { text: "b", style: "red" as const }, "c"],
    ];

    expect(formatTable(rows, recordedTerminal())).toBe("A    LONG\naaa  b     c\n");
  });

  it("counts what is seen of a styled cell", () => {
    const terminal = { ...recordedTerminal(), hasColour: true };

    expect(
      formatTable(
        [
          [{ text: "red", style: "red" }, "x"],
          ["four", "y"],
        ],
        terminal,
      ),
    ).toBe("\u001b[31mred\u001b[39m   x\nfour  y\n");
  });

  it("makes nothing of no rows", () => {
    expect(formatTable([], recordedTerminal())).toBe("");
  });
});
