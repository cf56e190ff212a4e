import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { findCodeCatalogues } from "./code-catalogues.ts";

const root = resolve(import.meta.dirname, "../..");
const documented = [...readFileSync(resolve(root, "docs/errors.md"), "utf8").matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(
  ([, code = ""]) => code,
);
const catalogues = await findCodeCatalogues(root);

describe("docs/errors.md", () => {
  it.each(catalogues)("explains every code of $name", ({ codes }) => {
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.filter((code) => !documented.includes(code))).toEqual([]);
  });

  it("explains no code that does not exist", () => {
    const known = new Set(catalogues.flatMap(({ codes }) => codes));

    expect(documented.filter((code) => !known.has(code))).toEqual([]);
  });

  it("explains each code once", () => {
    expect(documented.filter((code, index) => documented.indexOf(code) !== index)).toEqual([]);
  });
});
