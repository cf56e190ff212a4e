import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { evaluate } from "@portcullis/policy";
import { describe, expect, it } from "vitest";
import { compileOnce } from "./compile-once.ts";

const text = 'apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: trusted }\nspec: { allow: ["quay.io/**"] }\n';
const workload = {
  via: "admission",
  cluster: "default",
  namespace: "shop",
  group: "",
  kind: "Pod",
  name: "app",
  operation: "CREATE",
  images: [{ image: "nginx", field: "containers", container: "app" }],
  imagesUnchanged: false,
  annotations: {},
  unknownImageLists: [],
} as const;

describe("compileOnce", () => {
  it("serves one compilation at each revision that asks for it, by that revision's name", async () => {
    const bundle = { files: [{ path: "policy.yaml", text }] };

    const [first, second] = await Promise.all([compileOnce(bundle, token(1)), compileOnce(bundle, token(2))]);

    expect(second.policies).toBe(first.policies);
    expect([evaluate(first, workload).servedAt, evaluate(second, workload).servedAt]).toEqual([token(1), token(2)]);
  });

  it("rejects each time for a bundle that does not compile", async () => {
    const bundle = { files: [{ path: "policy.yaml", text: "kind: [" }] };

    await expect(compileOnce(bundle, token(1))).rejects.toMatchObject({ code: "policy-invalid" });
    await expect(compileOnce(bundle, token(1))).rejects.toMatchObject({ code: "policy-invalid" });
  });
});

describe("compileOnce, for long lists", () => {
  const aList = (seed: number) =>
    Array.from({ length: 100_000 }, (_, index) => `registry-${seed}.example/team-${index % 31}/app-${index}`).join("\n");
  const aLongBundle = (seed: number) => ({
    files: [
      { path: "policy.yaml", text: text.replace('allow: ["quay.io/**"]', "allowFrom: list.txt") },
      { path: "list.txt", text: aList(seed) },
    ],
  });

  it("gives what it gives for short ones", async () => {
    const snapshot = await compileOnce(aLongBundle(1), token(1));

    const images = ["registry-1.example/team-0/app-31", "registry-1.example/team-1/app-31"];
    const verdicts = images.map((image) => {
      return evaluate(snapshot, { ...workload, images: [{ image, field: "containers", container: "app" }] }).verdict;
    });
    expect(verdicts).toEqual(["allow", "deny"]);
  });

  it("keeps nothing of revisions that are not in force any more", { timeout: 120_000 }, async () => {
    let inForce = await compileOnce(aLongBundle(0), token(0));
    const one = bytesInUse();

    for (let revision = 1; revision <= 20; revision++) inForce = await compileOnce(aLongBundle(revision), token(revision));

    expect(inForce.patternCount).toBe(100_000);
    // A snapshot takes about 6 MB and its text 4 MB; the test runner needs some memory of its own.
    expect(bytesInUse() - one).toBeLessThan(30_000_000);
  });
});

setFlagsFromString("--expose-gc");
const collectGarbage: unknown = runInNewContext("gc");

function bytesInUse(): number {
  if (typeof collectGarbage === "function") collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function token(revision: number) {
  return { lineage: "test", epoch: 1, revision };
}
