import {
  type Answer,
  type Enforcement,
  enforcements,
  type Finding,
  findingRules,
  UndecidedError,
  undecidedCodes,
} from "@portcullis/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromDecideResponse, toDecideResponse } from "./answer-message.ts";
import { maxFindings } from "./finding-message.ts";
import { DecideResponse } from "./gen/portcullis/decision/v1/decision.pb.ts";
import { InvalidMessageError } from "./invalid-message-error.ts";
import { maxMessageBytes } from "./message-limits.ts";

const text = fc.string({ unit: "binary", maxLength: 12 });
const milliseconds = fc.nat(4_294_967_295);
const finding: fc.Arbitrary<Finding> = fc.record({
  policy: text,
  enforcement: fc.constantFrom(...enforcements),
  rule: fc.constantFrom(...findingRules),
  image: text,
  canonical: text,
  field: text,
  container: text,
  message: text,
});
const findings = fc.array(finding, { maxLength: 3 });
const judged = fc.record({
  servedAt: fc.record({ lineage: fc.string({ minLength: 1 }), epoch: fc.maxSafeNat(), revision: fc.maxSafeNat() }),
  warnings: findings,
  audited: findings,
});
const answers: fc.Arbitrary<Answer> = fc.record({
  decision: fc.oneof(
    judged.map((rest) => ({ verdict: "allow" as const, ...rest })),
    fc.tuple(judged, finding, findings).map(([rest, first, others]) => ({
      verdict: "deny" as const,
      denials: [first, ...others] as const,
      ...rest,
    })),
  ),
  decisionId: fc.string({ minLength: 1 }),
  cacheTtlMs: milliseconds,
  stalenessMs: milliseconds,
  degraded: fc.boolean(),
});

describe("fromDecideResponse", () => {
  it("gives back every answer that went through bytes", () => {
    fc.assert(
      fc.property(answers, (answer) => {
        expect(fromDecideResponse(throughBytes(toDecideResponse(answer)))).toEqual(answer);
      }),
    );
  });

  it.each(undecidedCodes)("gives back %s with its sentence", (code) => {
    const outcome = fromDecideResponse(throughBytes(toDecideResponse(new UndecidedError(code, "no decision yet"))));

    expect(outcome).toBeInstanceOf(UndecidedError);
    expect(outcome).toMatchObject({ code, message: "no decision yet" });
  });

  it("takes nothing for a verdict that does not say one", () => {
    const allow = toDecideResponse(anAnswer());

    expect(() => fromDecideResponse(undefined)).toThrow(InvalidMessageError);
    expect(() => fromDecideResponse({ ...allow, outcome: undefined })).toThrow("outcome: is missing");
    expect(() => fromDecideResponse({ ...allow, servedAt: undefined })).toThrow("served_at: is missing");
    expect(() => fromDecideResponse({ ...allow, decisionId: "" })).toThrow("decision_id: is empty");
    expect(() => fromDecideResponse({ ...allow, outcome: { $case: "deny", value: { findings: [] } } })).toThrow("deny.findings: is empty");
    expect(() => fromDecideResponse({ ...allow, outcome: { $case: "undecided", value: { code: 0, message: "" } } })).toThrow(
      "undecided.code: unknown value 0",
    );
  });
});

describe("toDecideResponse", () => {
  it("cuts fractions of a millisecond off, so that no bound grows on the way", () => {
    expect(toDecideResponse({ ...anAnswer(), cacheTtlMs: 999.9, stalenessMs: -1 })).toMatchObject({ cacheTtlMs: 999, stalenessMs: 0 });
  });

  it("stays within the message limit however many findings of whatever length there are", () => {
    const huge = "\u{1F512}".repeat(100_000);
    const many = new Array<Finding>(2_000).fill(aFinding(huge, "deny"));
    const answer = anAnswer({ verdict: "deny", denials: [aFinding(huge, "deny"), ...many], servedAt, warnings: many, audited: many });

    const response = toDecideResponse(answer);

    expect(DecideResponse.encode(response).finish().length).toBeLessThan(maxMessageBytes);
    expect(response.outcome?.$case === "deny" && response.outcome.value.findings.length).toBe(maxFindings);
  });
});

const servedAt = { lineage: "test", epoch: 1, revision: 7 };

function anAnswer(decision: Answer["decision"] = { verdict: "allow", servedAt, warnings: [], audited: [] }): Answer {
  return { decision, decisionId: "d-1", cacheTtlMs: 0, stalenessMs: 0, degraded: false };
}

function aFinding(words: string, enforcement: Enforcement): Finding {
  const place = { field: words, container: words };
  return { policy: words, enforcement, rule: "deny", image: words, canonical: words, ...place, message: words };
}

function throughBytes(response: DecideResponse): DecideResponse {
  return DecideResponse.decode(DecideResponse.encode(response).finish());
}
