import { UndecidedError } from "@portcullis/policy";
import { createTelemetry } from "@portcullis/telemetry";
import { afterEach, describe, expect, it } from "vitest";
import { createParsePool, type ParsePool, type ParsePoolOptions } from "./parse-pool.ts";
import { admissionReviewBody, imageReviewBody } from "./review-bodies.ts";

const telemetry = createTelemetry({ service: "webhook", logLevel: "silent", withProcessMetrics: false });
const context = { cluster: "default", unknownImageLists: "report" } as const;

function program(source: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from "node:worker_threads"; ${source}`)}`);
}

describe("createParsePool", () => {
  let pool: ParsePool;
  afterEach(() => pool.close());

  function start(options: Partial<ParsePoolOptions> = {}): ParsePool {
    pool = createParsePool({ telemetry, threads: 1, ...options });
    return pool;
  }

  it("hands back what a body asks about", async () => {
    start();

    const [admission, image] = await Promise.all([
      pool.parse("validate", Buffer.from(admissionReviewBody(["a", "b"])), context),
      pool.parse("image-review", Buffer.from(imageReviewBody(["c"])), context),
    ]);

    expect(admission).toMatchObject({ ok: true, uid: "uid-1", workload: { images: [{ image: "a" }, { image: "b" }] } });
    expect(image).toMatchObject({ ok: true, workload: { images: [{ image: "c" }] } });
  });

  it("hands back what is wrong with a body", async () => {
    start();

    const result = await pool.parse("validate", Buffer.from("{"), context);

    expect(result).toMatchObject({ ok: false, code: "review-not-json" });
  });

  it.each([
    ["takes too long", "parentPort.on('message', () => { for (;;); })"],
    ["crashes", "parentPort.on('message', () => { throw new Error('boom'); })"],
    ["exits", "parentPort.on('message', () => process.exit(1))"],
    ["cannot start", "throw new Error('boom');"],
  ])("denies the body, with its uid, when the thread that reads it %s, and reads the next", async (_what, source) => {
    start({ program: program(source), budgetMs: 1_000 });

    const [first, second] = await Promise.all([1, 2].map(() => pool.parse("validate", Buffer.from(admissionReviewBody()), context)));

    expect(first).toMatchObject({ ok: false, code: "review-too-large", uid: "uid-1", apiVersion: "admission.k8s.io/v1" });
    expect(second).toEqual(first);
  });

  it("refuses bodies when too many wait", async () => {
    start({ program: program("parentPort.on('message', () => undefined)"), maxWaiting: 1, budgetMs: 200 });
    const taken = [1, 2].map(() => pool.parse("validate", Buffer.from(admissionReviewBody()), context));

    const refused = pool.parse("validate", Buffer.from(admissionReviewBody()), context);

    await expect(refused).rejects.toThrow(UndecidedError);
    expect((await Promise.all(taken)).map(({ ok }) => ok)).toEqual([false, false]);
  });
});
