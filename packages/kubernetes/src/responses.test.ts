import type { Answer, Decision, Finding } from "@portcullis/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Review,
  type ReviewProblem,
  toAdmissionProblemResponse,
  toAdmissionResponse,
  toAdmissionUndecidedResponse,
  toImageReviewProblemResponse,
  toImageReviewResponse,
  toImageReviewUndecidedResponse,
} from "./index.ts";

const servedAt = { lineage: "folder", epoch: 1, revision: 7 };
const unit = fc.string({ unit: "binary", maxLength: 400 });
const anyFinding: fc.Arbitrary<Finding> = fc.record({
  policy: unit,
  enforcement: fc.constantFrom("deny", "warn", "audit"),
  rule: fc.constantFrom("allow", "broken-rule"),
  image: unit,
  canonical: unit,
  field: unit,
  container: unit,
  message: unit,
});

function aFinding(finding: Partial<Finding> = {}): Finding {
  return {
    policy: "trusted",
    enforcement: "deny",
    rule: "allow",
    image: "evil.example/x",
    canonical: "evil.example/x",
    field: "containers",
    container: "main",
    message: 'policy "trusted" does not allow image "evil.example/x"',
    ...finding,
  };
}

function anAnswer(decision: Partial<Decision> & Pick<Decision, "verdict">, answer: Partial<Answer> = {}): Answer {
  const judged = { servedAt, warnings: [], audited: [] };
  const denials: readonly [Finding] = [aFinding()];
  const whole: Decision = decision.verdict === "deny" ? { ...judged, denials, ...decision } : { ...judged, ...decision };
  return { decision: whole, decisionId: "d-1", cacheTtlMs: 0, stalenessMs: 0, degraded: false, ...answer };
}

function aReview(via: "admission" | "image-review", unknownImageLists: readonly string[] = []): Review {
  const place = { cluster: "blue", namespace: "shop", group: "", kind: "Pod", name: "web" };
  return {
    ok: true,
    uid: via === "admission" ? "u-1" : "",
    apiVersion: via === "admission" ? "admission.k8s.io/v1beta1" : "imagepolicy.k8s.io/v1alpha1",
    dryRun: false,
    workload: { via, ...place, operation: "CREATE", images: [], imagesUnchanged: false, annotations: {}, unknownImageLists },
  };
}

const problem: ReviewProblem = {
  ok: false,
  code: "review-too-deep",
  message: "the body nests deeper",
  uid: "u-2",
  apiVersion: "admission.k8s.io/v1",
};
const admission = aReview("admission");
const imageReview = aReview("image-review");

describe("toAdmissionResponse", () => {
  it("echoes what kube-apiserver checks, and allows", () => {
    const body = toAdmissionResponse(admission, anAnswer({ verdict: "allow" }));

    expect(body).toEqual({
      apiVersion: "admission.k8s.io/v1beta1",
      kind: "AdmissionReview",
      response: { uid: "u-1", allowed: true, auditAnnotations: { "decision-id": "d-1", revision: "folder/1/7" } },
    });
  });

  it("denies with a reason, and carries it as data", () => {
    const body = toAdmissionResponse(admission, anAnswer({ verdict: "deny" }, { degraded: true }));

    expect(body.response).toMatchObject({ uid: "u-1", allowed: false, status: { status: "Failure", code: 403, reason: "Forbidden" } });
    expect(body.response.status?.message).toContain("trusted");
    expect(body.response.auditAnnotations).toMatchObject({ policies: "trusted", degraded: "true" });
    expect(JSON.parse(body.response.auditAnnotations["findings"] ?? "")).toEqual([
      {
        policy: "trusted",
        enforcement: "deny",
        rule: "allow",
        image: "evil.example/x",
        canonical: "evil.example/x",
        field: "containers",
        container: "main",
      },
    ]);
  });

  it("warns of what warn policies found and of lists that nobody judged, each once", () => {
    const warning = aFinding({ enforcement: "warn", message: "old\nbase image: café" });
    const answer = anAnswer({ verdict: "allow", warnings: [warning, warning] });

    const { warnings } = toAdmissionResponse(aReview("admission", ["spec.steps"]), answer).response;

    expect(warnings).toEqual([
      expect.stringMatching(/^old base image: caf\? /),
      'the images in "spec.steps" stand outside any pod spec and were not judged',
    ]);
  });

  it("says how many warnings did not fit", () => {
    const warnings = Array.from({ length: 100 }, (_, index) => aFinding({ message: `warning ${index} ${"x".repeat(150)}` }));

    const sent = toAdmissionResponse(admission, anAnswer({ verdict: "allow", warnings })).response.warnings ?? [];

    expect(sent.at(-1)).toBe(`${100 - sent.length + 1} more warnings are not shown`);
  });

  it("sends warnings that fit into headers, and annotations that parse, whatever was found", () => {
    const findings = fc.array(anyFinding, { maxLength: 30 });
    const paths = fc.array(fc.string({ unit: "binary", maxLength: 256 }), { maxLength: 16 });

    fc.assert(
      fc.property(findings, findings, paths, fc.tuple(anyFinding), (warnings, audited, lists, denials) => {
        const answer = anAnswer({ verdict: "deny", warnings, audited, denials });

        const { response } = toAdmissionResponse(aReview("admission", lists), answer);

        const sent = response.warnings ?? [];
        const headers = sent.map((text) => `Warning: 299 - ${JSON.stringify(text)}\r\n`).join("");
        expect(headers.length).toBeLessThanOrEqual(4096);
        expect(sent.every((text) => /^[\x20-\x7e]{1,256}$/.test(text))).toBe(true);
        expect(new Set(sent).size).toBe(sent.length);
        expect(JSON.parse(response.auditAnnotations["findings"] ?? "")).toBeInstanceOf(Array);
        expect(Object.values(response.auditAnnotations).every((value) => value.length <= 4096)).toBe(true);
        expect(Object.keys(response.auditAnnotations).every((key) => /^[a-z-]{1,63}$/.test(key))).toBe(true);
        expect(response.status?.message.length).toBeLessThanOrEqual(8192);
      }),
      { numRuns: 300 },
    );
  });

  it("counts findings that do not fit into an annotation", () => {
    const audited = Array.from({ length: 100 }, () => aFinding({ enforcement: "audit", image: "i".repeat(2000) }));

    const { auditAnnotations } = toAdmissionResponse(admission, anAnswer({ verdict: "allow", audited })).response;

    const listed: object[] = JSON.parse(auditAnnotations["findings"] ?? "");
    expect(listed.at(-1)).toEqual({ omitted: 100 - listed.length + 1 });
  });
});

describe("toAdmissionProblemResponse", () => {
  it("denies with the code, and the uid that was found", () => {
    const body = toAdmissionProblemResponse(problem);

    expect(body).toMatchObject({
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      response: { uid: "u-2", allowed: false, auditAnnotations: { problem: "review-too-deep" } },
    });
    expect(body.response.status?.message).toBe("portcullis cannot judge this review: the body nests deeper (review-too-deep)");
  });
});

describe("toAdmissionUndecidedResponse", () => {
  const code = "undecided-deadline";

  it("denies and says why there is no decision", () => {
    const { response } = toAdmissionUndecidedResponse(admission, { verdict: "deny", code, message: "the deadline passed" });

    expect(response).toMatchObject({ uid: "u-1", allowed: false, auditAnnotations: { undecided: code } });
    expect(response.status?.message).toBe("portcullis reached no decision: the deadline passed (undecided-deadline)");
  });

  it("allows with a warning and an annotation", () => {
    const { response } = toAdmissionUndecidedResponse(admission, { verdict: "allow", code, message: "the deadline passed" });

    expect(response).toEqual({
      uid: "u-1",
      allowed: true,
      warnings: ["portcullis allowed this without a decision: the deadline passed (undecided-deadline)"],
      auditAnnotations: { undecided: code, "allowed-while-undecided": "true" },
    });
  });
});

describe("toImageReviewResponse", () => {
  it("allows", () => {
    const body = toImageReviewResponse(imageReview, anAnswer({ verdict: "allow" }));

    expect(body).toEqual({
      apiVersion: "imagepolicy.k8s.io/v1alpha1",
      kind: "ImageReview",
      status: { allowed: true, auditAnnotations: { "decision-id": "d-1", revision: "folder/1/7" } },
    });
  });

  it("denies with the words an AdmissionReview is denied with", () => {
    const answer = anAnswer({ verdict: "deny" });

    const { status } = toImageReviewResponse(imageReview, answer);

    const admitted = toAdmissionResponse(admission, answer).response;
    expect(status).toEqual({ allowed: false, reason: admitted.status?.message, auditAnnotations: admitted.auditAnnotations });
  });

  it("denies what cannot be judged, and what was not decided", () => {
    const outcome = { code: "undecided-no-policy", message: "no policy is loaded" } as const;

    const bodies = [
      toImageReviewProblemResponse({ ...problem, apiVersion: "imagepolicy.k8s.io/v1alpha1" }),
      toImageReviewUndecidedResponse(imageReview, { ...outcome, verdict: "deny" }),
      toImageReviewUndecidedResponse(imageReview, { ...outcome, verdict: "allow" }),
    ];

    expect(bodies.map(({ status }) => [status.allowed, status.reason])).toEqual([
      [false, "portcullis cannot judge this review: the body nests deeper (review-too-deep)"],
      [false, "portcullis reached no decision: no policy is loaded (undecided-no-policy)"],
      [true, undefined],
    ]);
  });
});
