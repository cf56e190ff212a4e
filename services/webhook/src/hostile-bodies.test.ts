import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, httpVersions } from "./calling.ts";
import { admissionReviewBody, imageReviewBody, readVerdict, reviewBody } from "./review-bodies.ts";
import { reviewPaths } from "./review-protocol.ts";
import { type StartedWebhook, startTestWebhook } from "./webhook-under-test.ts";

const mebibyte = 1024 * 1024;
const everywhere = reviewPaths.flatMap((path) => httpVersions.map((version) => ({ path, version })));

/** Bodies by what is wrong with them; the text stands where a review's own text would. */
const hostile: Readonly<Record<string, { readonly validate: string | Buffer; readonly "image-review": string | Buffer }>> = {
  "nothing at all": both(""),
  "no JSON": both("kind: ImageReview"),
  "JSON with something behind it": { validate: `${admissionReviewBody()}{}`, "image-review": `${imageReviewBody()}{}` },
  "half of a review": { validate: admissionReviewBody().slice(0, -40), "image-review": imageReviewBody().slice(0, -40) },
  "bytes that are no UTF-8": both(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
  null: both("null"),
  "a list": both("[]"),
  "a number": both("1"),
  "the other protocol's review": { validate: imageReviewBody(), "image-review": admissionReviewBody() },
  "another kind": both('{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"nginx"}]}}'),
  "protobuf as Kubernetes writes it": both(Buffer.from([0x6b, 0x38, 0x73, 0x00, 0x0a, 0x0c, 0x0a, 0x02])),
  "an image that is a number": { validate: admissionReviewBody([1]), "image-review": imageReviewBody([1]) },
  "an image that is an object": { validate: admissionReviewBody([{}]), "image-review": imageReviewBody([{}]) },
  "containers that are no list": {
    validate: admissionReviewBody([], { object: { kind: "Pod", apiVersion: "v1", spec: { containers: "nginx" } } }),
    "image-review": imageReviewBody([], { containers: { image: "nginx" } }),
  },
  "an image named twice": {
    validate: admissionReviewBody().replace('"image":"nginx"', '"image":"nginx","image":"other"'),
    "image-review": imageReviewBody().replace('"image":"nginx"', '"image":"nginx","image":"other"'),
  },
  "an image named twice by an escape": {
    validate: admissionReviewBody().replace('"image":"nginx"', '"image":"nginx","im\\u0061ge":"other"'),
    "image-review": imageReviewBody().replace('"image":"nginx"', '"image":"nginx","im\\u0061ge":"other"'),
  },
  "depth 129": { validate: nested("AdmissionReview", 128), "image-review": nested("ImageReview", 128) },
  "400,001 tokens": { validate: tokens("AdmissionReview"), "image-review": tokens("ImageReview") },
  "depth of a million": both(`${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`),
  "more images than any pod has": {
    validate: admissionReviewBody(Array(5_000).fill("nginx")),
    "image-review": imageReviewBody(Array(5_000).fill("nginx")),
  },
  "an image longer than all that a pod may have": {
    validate: admissionReviewBody(["a/".repeat(mebibyte / 2)]),
    "image-review": imageReviewBody(["a/".repeat(mebibyte / 2)]),
  },
  "a container's name, or annotations, longer than all that a pod may have": {
    validate: admissionReviewBody([], {
      object: { kind: "Pod", apiVersion: "v1", spec: { containers: [{ image: "nginx", name: "c".repeat(mebibyte) }] } },
    }),
    "image-review": imageReviewBody(["nginx"], { annotations: { "a.image-policy.k8s.io/x": "x".repeat(mebibyte) } }),
  },
  "images or annotations without number": {
    validate: admissionReviewBody(Array(100_000).fill("nginx")),
    "image-review": imageReviewBody(["nginx"], {
      annotations: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`${index}.image-policy.k8s.io/x`, ""])),
    }),
  },
};

function both<Body>(body: Body): { readonly validate: Body; readonly "image-review": Body } {
  return { validate: body, "image-review": body };
}

function nested(kind: string, levels: number): string {
  return `{"kind":"${kind}","request":{"uid":"uid-1"},"spec":${"[".repeat(levels)}${"]".repeat(levels)}}`;
}

function tokens(kind: string): string {
  return `{"kind":"${kind}","request":{"uid":"uid-1"},"spec":[${"0,".repeat(399_999)}0]}`;
}

describe("a webhook that would allow everything", () => {
  let started: StartedWebhook;
  beforeAll(async () => {
    started = await startTestWebhook();
  });
  afterAll(() => started.webhook.close());

  for (const { path, version } of everywhere) {
    it.each(Object.entries(hostile))(`denies a body with %s on /${path} over ${version}`, async (_name, bodies) => {
      const body = Buffer.from(bodies[path]);

      const answered = await call(version, started.apiServer, {
        path: `/${path}?timeout=30s`,
        body,
        headers: { "content-type": "application/json", "content-length": String(body.length) },
      });

      expect(answered.status).toBe(200);
      expect(readVerdict(path, answered.text)).toMatchObject({ allowed: false, message: expect.stringContaining("(review-") });
    });

    it(`denies a body over 7 MiB on /${path} over ${version} once it has read all of it`, async () => {
      const review = reviewBody(path);
      const body = Buffer.concat([Buffer.from(review), Buffer.alloc(8 * mebibyte, " ")]);

      const answered = await call(version, started.apiServer, { path: `/${path}`, body });

      const verdict = readVerdict(path, answered.text);
      expect(answered.status).toBe(200);
      expect(verdict).toMatchObject({ allowed: false, message: expect.stringContaining("review-too-large") });
      expect(verdict.uid).toBe(path === "validate" ? "uid-1" : "");
    });

    it(`ends the connection of a body over 64 MiB on /${path} over ${version}`, async () => {
      const answered = call(version, started.apiServer, { path: `/${path}`, body: endless() });

      await expect(answered).rejects.toThrow();
    });

    it(`denies a compressed body on /${path} over ${version}`, async () => {
      const answered = await call(version, started.apiServer, {
        path: `/${path}`,
        body: gzipSync(reviewBody(path)),
        headers: { "content-type": "application/json", "content-encoding": "gzip" },
      });

      expect(answered.status).toBe(200);
      expect(readVerdict(path, answered.text)).toMatchObject({ allowed: false, message: expect.stringContaining("compressed") });
    });

    it.each([undefined, "text/plain", "application/vnd.kubernetes.protobuf", "application/json; charset=utf-8", "/;;=", "a".repeat(4_000)])(
      `judges a review on /${path} over ${version} by what it is, not by its content-type %j`,
      async (contentType) => {
        const answered = await call(version, started.apiServer, {
          path: `/${path}`,
          body: reviewBody(path),
          headers: contentType === undefined ? {} : { "content-type": contentType },
        });

        expect(answered.status).toBe(200);
        expect(readVerdict(path, answered.text).allowed).toBe(true);
      },
    );

    it(`answers a body in many pieces without a length on /${path} over ${version}`, async () => {
      const answered = await call(version, started.apiServer, { path: `/${path}`, body: pieces(reviewBody(path)) });

      expect(answered.status).toBe(200);
      expect(readVerdict(path, answered.text).allowed).toBe(true);
    });

    it(`reads a review of 3 MiB on /${path} over ${version} outside the event loop`, async () => {
      const review = reviewBody(path).replace('"nginx"', `"nginx","note":"${"x".repeat(3 * mebibyte)}"`);

      const answered = await call(version, started.apiServer, { path: `/${path}`, body: review });

      expect(answered.status).toBe(200);
      expect(readVerdict(path, answered.text).allowed).toBe(true);
    });
  }

  it("echoes the uid of an AdmissionReview that cannot be judged", async () => {
    const answered = await call("HTTP/1.1", started.apiServer, { path: "/validate", body: admissionReviewBody([1]) });

    expect(readVerdict("validate", answered.text).uid).toBe("uid-1");
  });

  it("counts what is wrong with bodies", async () => {
    await call("HTTP/1.1", started.apiServer, { path: "/validate", body: "{" });

    expect(await started.metric('portcullis_webhook_body_problems_total{code="review-not-json"}')).toBeGreaterThan(0);
  });
});

async function* endless(): AsyncIterable<Buffer> {
  for (let sent = 0; sent < 80; sent++) yield Buffer.alloc(mebibyte, " ");
}

async function* pieces(text: string): AsyncIterable<Buffer> {
  for (let at = 0; at < text.length; at += 50) yield Buffer.from(text.slice(at, at + 50));
}
