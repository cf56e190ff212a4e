import { describe, expect, it } from "vitest";
import { aBundle, aPod, aPolicy, type PolicyFields, problemsOf } from "./a-bundle.ts";
import type { Bundle } from "./bundle.ts";
import { compile } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { bundleOfCluster, clusterGlobPattern, namesCluster } from "./overlays.ts";
import type { Workload } from "./workload.ts";

const revision = { lineage: "test", epoch: 1, revision: 1 };

function withOverlay(base: readonly PolicyFields[], overlays: Readonly<Record<string, string>>): Bundle {
  const files = Object.entries(overlays).map(([path, text]) => ({ path: `overlays/${path}`, text }));
  return { files: [...aBundle(base.map(aPolicy)).files, ...files] };
}

function verdictOf(bundle: Bundle, workload: Workload, cluster?: string): "allow" | "deny" {
  return evaluate(compile(bundle, { revision, cluster }), workload).verdict;
}

describe("bundleOfCluster", () => {
  const bundle = withOverlay([], { "prod-*/deny.yaml": "", "prod-*/lists/deny.txt": "", "*/all.yaml": "" });

  it("leaves out the overlays of other clusters", () => {
    expect(bundleOfCluster(bundle, "canary").files.map(({ path }) => path)).toEqual(["policies.yaml", "overlays/*/all.yaml"]);
  });

  it("is the bundle itself where all is for the cluster", () => {
    expect(bundleOfCluster(bundle, "prod-eu")).toBe(bundle);
  });
});

describe("namesCluster", () => {
  it("takes one glob of several, and nothing for none", () => {
    expect(namesCluster(["canary", "prod-*"], "prod-1")).toBe(true);
    expect(namesCluster(["canary", "prod-*"], "Prod-1")).toBe(false);
    expect(namesCluster([], "prod-1")).toBe(false);
  });
});

describe("clusterGlobPattern", () => {
  it("takes names and globs, and no path", () => {
    const globs = ["prod", "prod-*", "*", "a.b_C", "a b", "", "a/b", "ä"];

    expect(globs.filter((glob) => clusterGlobPattern.test(glob))).toEqual(["prod", "prod-*", "*", "a.b_C"]);
  });
});

describe("compile", () => {
  const base = [{ name: "base", allow: ["a.example/**", "b.example/**"] }];
  const narrower = aPolicy({ name: "narrower", allow: ["a.example/**"] });

  it("holds an overlay for the workloads of its clusters", () => {
    const bundle = withOverlay(base, { "prod-*/narrower.yaml": narrower });

    expect(verdictOf(bundle, aPod(["b.example/x"], { cluster: "prod-eu" }))).toBe("deny");
    expect(verdictOf(bundle, aPod(["b.example/x"], { cluster: "canary" }))).toBe("allow");
    expect(verdictOf(bundle, aPod(["a.example/x"], { cluster: "prod-eu" }))).toBe("allow");
  });

  it("holds the overlays of the cluster it is told for every workload, and no other", () => {
    const bundle = withOverlay(base, { "prod-*/narrower.yaml": narrower });

    expect(verdictOf(bundle, aPod(["b.example/x"], { cluster: "unnamed" }), "prod-eu")).toBe("deny");
    expect(verdictOf(bundle, aPod(["b.example/x"], { cluster: "prod-eu" }), "canary")).toBe("allow");
  });

  it("does not let the allow list of an overlay cover an image that nothing else covers", () => {
    const bundle = withOverlay([{ ...base[0], match: { namespaces: ["team"] } }], { "prod/open.yaml": aPolicy({ allow: ["**"] }) });

    expect(verdictOf(bundle, aPod(["c.example/x"], { namespace: "other" }), "prod")).toBe("deny");
  });

  it("does not let the allow list of an overlay close what it does not match", () => {
    const shop = aPolicy({ allow: ["a.example/**"], match: { namespaces: ["shop"] } });
    const bundle = withOverlay([{ name: "base", deny: ["evil.example/**"] }], { "prod/shop.yaml": shop });

    expect(verdictOf(bundle, aPod(["b.example/x"], { namespace: "other" }), "prod")).toBe("allow");
    expect(verdictOf(bundle, aPod(["b.example/x"], { namespace: "shop" }), "prod")).toBe("deny");
  });

  it.each([
    [
      "settings",
      { "prod/a.yaml": "\napiVersion: portcullis.dev/v1\nkind: Bundle\nspec: { default: allow }" },
      "policy-overlay-settings",
      3,
      "kind",
    ],
    [
      "a list of other clusters",
      { "a/a.yaml": aPolicy({ denyFrom: "../b/x.txt" }), "b/x.txt": "x" },
      "policy-overlay-list",
      1,
      "spec.denyFrom",
    ],
    ["a file beside the folders of clusters", { "deny.yaml": aPolicy({ deny: ["x"] }) }, "policy-overlay-stray", 1, ""],
    ["a folder that names no cluster", { "a b/deny.yaml": aPolicy({ deny: ["x"] }) }, "policy-overlay-stray", 1, ""],
    [
      "the name of a policy for all",
      { "prod/a.yaml": aPolicy({ name: "base", deny: ["x"] }) },
      "policy-duplicate-name",
      1,
      "metadata.name",
    ],
  ])("refuses an overlay with %s", (_, overlays, code, line, field) => {
    const problems = problemsOf(withOverlay(base, overlays));

    expect(problems).toMatchObject([{ code, line, field, file: expect.stringContaining("overlays/") }]);
  });

  it("refuses a policy for all that names a list of some clusters", () => {
    const problems = problemsOf(withOverlay([{ name: "base", allowFrom: "overlays/prod/x.txt" }], { "prod/x.txt": "x" }));

    expect(problems).toMatchObject([{ code: "policy-overlay-list", file: "policies.yaml", field: "spec.allowFrom" }]);
  });

  it("refuses overlays without a policy for all clusters", () => {
    const problems = problemsOf(withOverlay([], { "prod/narrower.yaml": narrower }));

    expect(problems).toMatchObject([{ code: "policy-none", message: expect.stringContaining("for all clusters") }]);
  });

  it("takes lists for all clusters, and those of the overlay itself", () => {
    const text = aPolicy({ denyFrom: ["../../lists/all.txt", "own.txt"] });
    const bundle = withOverlay(base, { "prod/a.yaml": text, "prod/own.txt": "a.example/own" });

    expect(problemsOf({ files: [...bundle.files, { path: "lists/all.txt", text: "a.example/all" }] })).toEqual([]);
  });
});
