import { describe, expect, it } from "vitest";
import { toOversizedAdmissionProblem, toOversizedImageProblem } from "./oversized-review.ts";

const uid = "b61dd8b0-3e90-46f8-a922-39ee74af0cf7";

describe("toOversizedAdmissionProblem", () => {
  it("finds the uid of the request in the first bytes", () => {
    const prefix = `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"${uid}","object":{"data":"xx`;

    const problem = toOversizedAdmissionProblem(Buffer.from(prefix), 7_340_032);

    expect(problem).toEqual({
      ok: false,
      code: "review-too-large",
      message: "the body is larger than 7340032 bytes",
      uid,
      apiVersion: "admission.k8s.io/v1",
    });
  });

  it("is not taken in by decoys", () => {
    const decoy = 'request":{"uid":"decoy"';
    const prefixes = [
      `{"x":{"request":{"uid":"decoy"}},"y":["uid","decoy"],"request":{"userInfo":{"uid":"decoy"},"object":{"uid":"decoy","metadata":{"uid":"decoy"}},"uid":"${uid}","name":"`,
      `{"note":${JSON.stringify(decoy)},"request":{"name":${JSON.stringify('","uid":"decoy"')},"uid":"${uid}",`,
      '{"uid":"decoy","object":{"uid":"decoy"}',
      '[{"request":{"uid":"decoy"}}]',
      '{"request":{"uid":"dec',
      "",
    ];

    const uids = prefixes.map((prefix) => toOversizedAdmissionProblem(Buffer.from(prefix), 1).uid);

    expect(uids).toEqual([uid, uid, "", "", "", ""]);
  });
});

describe("toOversizedImageProblem", () => {
  it("denies what is too large to be read", () => {
    expect(toOversizedImageProblem(10)).toMatchObject({ ok: false, code: "review-too-large", message: "the body is larger than 10 bytes" });
  });
});
