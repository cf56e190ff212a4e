import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadDecisionCases, runCase } from "@portcullis/decision-cases";
import { compile, evaluate } from "@portcullis/policy";
import { describe, expect, it } from "vitest";

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const revision = { lineage: "cases", epoch: 1, revision: 1 };

describe.each(await loadDecisionCases(files.map((name) => join(folder, name))))("evaluate: $about", ({ bundle, cases }) => {
  const snapshot = compile(bundle, { revision });

  it.each(cases)("$name", async (decisionCase) => {
    const result = await runCase(decisionCase, (workload) => evaluate(snapshot, workload));

    expect(result.differences).toEqual([]);
  });
});
