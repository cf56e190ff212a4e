import { describe, expect, it } from "vitest";
import { maxOddities } from "./image-scan.ts";
import { findFatalOddity } from "./pod-spec-place.ts";

function isFatal(group: string, kind: string, ...paths: string[]): boolean {
  const oddities = paths.map((path) => ({ path, what: "is no list" }));
  return findFatalOddity(group, kind, oddities) !== undefined;
}

describe("findFatalOddity", () => {
  it.each([
    ["", "Pod", "spec"],
    ["", "Pod", "spec.containers"],
    ["", "Pod", "spec.initContainers[]"],
    ["", "Pod", "spec.volumes[].image.reference"],
    ["", "EphemeralContainers", "ephemeralContainers[].image"],
    ["", "ReplicationController", "spec.template"],
    ["", "PodTemplate", "template.spec.containers"],
    ["apps", "Deployment", "spec"],
    ["apps", "Deployment", "spec.template.spec.ephemeralContainers"],
    ["batch", "Job", "spec.template.spec"],
    ["batch", "CronJob", "spec.jobTemplate"],
    ["batch", "CronJob", "spec.jobTemplate.spec.template.spec.containers[].image"],
  ])("%s/%s cannot be read with something else at %s", (group, kind, path) => {
    expect(isFatal(group, kind, "metadata.labels.containers", path)).toBe(true);
  });

  it.each([
    ["", "Pod", "metadata.annotations.containers"],
    ["", "Pod", "spec.nodeSelector.containers"],
    ["", "Pod", "spec.volumes[].configMap.template"],
    ["", "Pod", "containers"],
    ["apps", "Deployment", "spec.template.metadata.labels.spec"],
    ["apps", "Deployment", "spec.selector.matchLabels.template"],
    ["apps", "Deployment", "spec.containers"],
    ["example.com", "Deployment", "spec.template.spec.containers"],
    ["example.com", "Pod", "spec"],
  ])("%s/%s may hold anything at %s", (group, kind, path) => {
    expect(isFatal(group, kind, path)).toBe(false);
  });

  it("does not trust an object of a built-in kind that is odd all over", () => {
    const paths = Array.from({ length: maxOddities }, (_, index) => `metadata.a${index}.spec`);

    expect([isFatal("", "Pod", ...paths), isFatal("example.com", "Rollout", ...paths)]).toEqual([true, false]);
  });
});
