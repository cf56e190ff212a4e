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

function token(revision: number) {
  return { lineage: "test", epoch: 1, revision };
}
