import type { Decision, Finding } from "@portcullis/policy";
import { describe, expect, it } from "vitest";
import type { CaseExpectation, DecisionCase } from "./decision-case.ts";
import { parseDecisionCases } from "./parse-decision-cases.ts";
import { runCase, runCases } from "./run-cases.ts";

const text = `
apiVersion: portcullis.dev/v1
kind: DecisionCases
cases:
  - { name: first, images: [a], expect: allow }
  - { name: second, images: [b], expect: deny }
`;
const file = parseDecisionCases("cases.yaml", text, []);

function aCase(expect: Partial<CaseExpectation>): DecisionCase {
  const [first] = file?.cases ?? [];
  if (first === undefined) throw new Error("no case");
  return { ...first, expect: { verdict: "deny", message: [], findings: undefined, warnings: undefined, audited: undefined, ...expect } };
}

function aFinding(fields: Partial<Finding>): Finding {
  const empty = {
    policy: "p",
    enforcement: "deny",
    rule: "allow",
    image: "a",
    canonical: "a",
    field: "containers",
    container: "",
  } as const;
  return { ...empty, message: "not here", ...fields };
}

function aDenial(first: Finding, ...others: readonly Finding[]): Decision {
  return { verdict: "deny", denials: [first, ...others], servedAt: { lineage: "l", epoch: 1, revision: 1 }, warnings: [], audited: [] };
}

describe("runCases", () => {
  it("runs every case, whatever becomes of the others", async () => {
    const results = await runCases({ file: "", about: "", bundle: { files: [] }, cases: file?.cases ?? [] }, ({ images }) => {
      if (images[0]?.image === "a") throw new Error("engine is off");
      return aDenial(aFinding({}));
    });

    expect(results.map(({ ok, differences }) => [ok, ...differences])).toEqual([[false, "no decision: engine is off"], [true]]);
  });

  it("runs against whatever shows no findings", async () => {
    const wanted = aCase({ message: ["not here"], findings: [{ policy: "other" }] });

    expect(await runCase(wanted, async () => ({ verdict: "deny", message: "an image is not here" }))).toMatchObject({ ok: true });
    expect(await runCase(wanted, async () => ({ verdict: "allow", message: "" }))).toMatchObject({
      ok: false,
      differences: ["expected deny, got allow", 'expected a message with "not here", got ""'],
    });
  });

  it.each([
    [[{}], 0],
    [[{ policy: "p", message: "here" }], 0],
    [[{ policy: "q" }], 2],
    [[{ message: "there" }], 2],
    [[], 1],
    [[{}, {}], 1],
  ])("compares findings with %j", async (findings, count) => {
    const { differences } = await runCase(aCase({ findings }), () => aDenial(aFinding({})));

    expect(differences).toHaveLength(count);
  });

  it("does not let a vague expectation take what a precise one needs", async () => {
    const denial = aDenial(aFinding({ image: "a" }), aFinding({ image: "b" }));

    expect(await runCase(aCase({ findings: [{ policy: "p" }, { policy: "p", image: "a" }] }), () => denial)).toMatchObject({ ok: true });
  });

  it("says what came instead", async () => {
    const { differences } = await runCase(aCase({ verdict: "allow" }), () => aDenial(aFinding({ image: "evil" })));

    expect(differences).toEqual([expect.stringMatching(/^expected allow, got deny: not here .*"evil"/u)]);
  });
});
