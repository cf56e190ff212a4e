import { type Style, styled, type Terminal } from "./terminal.ts";

/** A cell: a text, or one in a style. */
export type Cell = string | { readonly text: string; readonly style: Style };

/** Rows in columns as wide as their widest cell, two spaces apart. */
export function formatTable(rows: readonly (readonly Cell[])[], terminal: Terminal): string {
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => textOf(row[column] ?? "").length)));
  const lines = rows.map((row) => row.map((cell, column) => formatCell(cell, widths[column] ?? 0, terminal)).join("  "));
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function formatCell(cell: Cell, width: number, terminal: Terminal): string {
  const text = textOf(cell);
  const shown = typeof cell === "string" ? text : styled(terminal, cell.style, text);
  return shown + " ".repeat(Math.max(0, width - text.length));
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}
