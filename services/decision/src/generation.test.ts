import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compile, evaluate } from "@portcullis/policy";
import { aDecision, aFinding, aRevisionToken, aWorkload } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { createGeneration } from "./generation.ts";
import type { Judgement } from "./judgement.ts";

const mebibyte = 1024 * 1024;
const snapshot = compile(
  {
    files: (["deny", "warn", "audit"] as const).map((enforcement) => ({
      path: `${enforcement}.yaml`,
      text: JSON.stringify({
        apiVersion: "portcullis.dev/v1",
        kind: "ImagePolicy",
        metadata: { name: enforcement },
        spec: { enforcement, message: "not {image} in {namespace}, as {container}", allow: ["internal.example/**"] },
      }),
    })),
  },
  { revision: aRevisionToken() },
);

describe("createGeneration", () => {
  it.each([
    ["of five images", 5, 40],
    ["of an image that is longer than any can be", 1, 100_000],
    ["of one image", 1, 40],
  ])("holds no more memory than it may, full of denials %s", (_what, images, length) => {
    const { verdicts } = createGeneration(snapshot, { maxEntries: 16_384, maxMebibytes: 8 });
    const before = heapBytes();

    for (let index = 0; index < 4_000; index++) verdicts.set(aKey(index), aDenial(index, { images, length }));
    const held = heapBytes() - before;

    expect(verdicts.size).toBeGreaterThan(50);
    expect(verdicts.size).toBeLessThan(4_000);
    expect(held).toBeLessThan(8 * mebibyte);
  });

  it("does not keep a verdict that takes more than a 256th of it, and forgets what stood in its place", () => {
    const { verdicts } = createGeneration(snapshot, { maxEntries: 4, maxMebibytes: 1 });
    const small = { decision: aDecision("deny"), repeatableUntilMs: 0 };
    const large = { decision: aDecision("deny", { denials: [aFinding({ message: "x".repeat(4_096) })] }), repeatableUntilMs: 0 };

    verdicts.set("a", small).set("b", small).set("b", large);

    expect([...verdicts.keys()]).toEqual(["a"]);
  });

  it("keeps as many allows as it may have entries", () => {
    const { verdicts } = createGeneration(snapshot, { maxEntries: 16_384 });
    const allow = { decision: aDecision("allow"), repeatableUntilMs: 0 };

    for (let index = 0; index < 20_000; index++) verdicts.set(`=${String(index).padStart(512)}`, allow);

    expect(verdicts.size).toBe(16_384);
  });
});

/** Judged as any other, with names that no other verdict shares. */
function aDenial(index: number, { images, length }: { readonly images: number; readonly length: number }): Judgement {
  const workload = aWorkload({
    images: Array.from({ length: images }, (_, at) => ({ image: aText(`e.example/${index}/${at}/`, length) })),
  });
  return { decision: evaluate(snapshot, workload), repeatableUntilMs: 0 };
}

function aKey(index: number): string {
  return aText(`=${index}`, 200);
}

/** Text with memory of its own, as text is that was read from a socket. */
function aText(beginning: string, length: number): string {
  return Buffer.from(beginning.padEnd(length, "a")).toString();
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collectGarbage: unknown = runInNewContext("gc");
  if (typeof collectGarbage === "function") collectGarbage();
  return process.memoryUsage().heapUsed;
}
