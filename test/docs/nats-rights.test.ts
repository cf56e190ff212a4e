import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { rightsTable } from "./nats-rights.ts";

describe("docs/operations.md", () => {
  it("says which rights each part has at the NATS servers", () => {
    expect(readFileSync(resolve(import.meta.dirname, "../../docs/operations.md"), "utf8")).toContain(`\n${rightsTable()}\n`);
  });
});
