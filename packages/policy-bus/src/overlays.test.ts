import { describe, expect, it } from "vitest";
import { bundleOfCluster, overlayGlobOf, strayOverlays } from "./overlays.ts";

const bundle = bundleOf("base.yaml", "overlays.yaml", "lists/overlays/a.txt", "overlays/*/all.yaml", "overlays/prod-*/lists/deny.txt");

describe("overlayGlobOf", () => {
  it.each([
    ["base.yaml", undefined],
    ["overlays.yaml", undefined],
    ["lists/overlays/a.txt", undefined],
    ["overlays/prod-*/deny.yaml", "prod-*"],
    ["overlays/prod-*/lists/deny.txt", "prod-*"],
  ])("is for %s %s", (path, glob) => {
    expect(overlayGlobOf(path)).toBe(glob);
  });
});

describe("bundleOfCluster", () => {
  it("leaves out the overlays of other clusters", () => {
    expect(pathsOf(bundleOfCluster(bundle, "canary"))).toEqual([
      "base.yaml",
      "overlays.yaml",
      "lists/overlays/a.txt",
      "overlays/*/all.yaml",
    ]);
  });

  it("is the bundle itself where all is for the cluster", () => {
    expect(bundleOfCluster(bundle, "prod-eu")).toBe(bundle);
  });
});

describe("strayOverlays", () => {
  it("finds files that stand for no cluster", () => {
    expect(strayOverlays(bundle)).toEqual([]);
    expect(strayOverlays(bundleOf("overlays/deny.yaml", "overlays/a b/deny.yaml", "overlays/prod/deny.yaml"))).toEqual([
      "overlays/a b/deny.yaml",
      "overlays/deny.yaml",
    ]);
  });
});

function bundleOf(...paths: readonly string[]) {
  return { files: paths.map((path) => ({ path, text: "" })) };
}

function pathsOf({ files }: ReturnType<typeof bundleOf> | { files: readonly { path: string }[] }) {
  return files.map(({ path }) => path);
}
