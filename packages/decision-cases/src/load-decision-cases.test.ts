import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DecisionCasesError } from "./decision-case.ts";
import { loadDecisionCases } from "./load-decision-cases.ts";

const cases = "apiVersion: portcullis.dev/v1\nkind: DecisionCases\nabout: a\n";

describe("loadDecisionCases", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "portcullis-cases-"));
    await mkdir(join(folder, "policies/lists"), { recursive: true });
    await writeFile(join(folder, "policies/p.yaml"), "kind: ImagePolicy");
    await writeFile(join(folder, "policies/lists/a.txt"), "x");
    await writeFile(join(folder, "policies/.hidden"), "x");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("reads a folder, and leaves out files that hold no cases", async () => {
    await writeFile(join(folder, "a.yaml"), `${cases}cases: []`);

    const loaded = await loadDecisionCases([folder]);

    expect(loaded.map(({ file }) => file)).toEqual([join(folder, "a.yaml")]);
  });

  it("reads the policies that a file of cases names: a folder with its lists, or one file", async () => {
    await writeFile(join(folder, "a.yaml"), `${cases}cases: []\npoliciesFrom: [policies]`);
    await writeFile(join(folder, "b.yaml"), `${cases}cases: []\npoliciesFrom: [policies/p.yaml]`);

    const loaded = await loadDecisionCases([join(folder, "a.yaml"), join(folder, "b.yaml")]);

    expect(loaded.map(({ bundle }) => bundle.files.slice(1).map(({ path }) => path))).toEqual([["lists/a.txt", "p.yaml"], ["p.yaml"]]);
    expect(loaded.map(({ locationOf }) => locationOf("p.yaml"))).toEqual([
      join(folder, "policies/p.yaml"),
      join(folder, "policies/p.yaml"),
    ]);
    expect(loaded.map(({ locationOf }) => locationOf("b.yaml"))).toEqual(["b.yaml", join(folder, "b.yaml")]);
  });

  it("reports the mistakes of all files together", async () => {
    await writeFile(join(folder, "a.yaml"), `${cases}cases: 7`);
    await writeFile(join(folder, "b.yaml"), `${cases}cases: []\npoliciesFrom: [missing]`);

    const failure = await loadDecisionCases([folder, join(folder, "none")]).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(DecisionCasesError);
    expect(String(failure)).toMatch(/a\.yaml:4: cases: must be a list/u);
    expect(String(failure)).toMatch(/missing: does not exist; name/u);
    expect(String(failure)).toMatch(/none: does not exist; name/u);
  });

  it("reports a path without cases", async () => {
    await expect(loadDecisionCases([join(folder, "policies")])).rejects.toThrow(/holds no document with kind "DecisionCases"/u);
  });
});
