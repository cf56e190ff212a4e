import type { Bundle } from "@portcullis/policy";
import { describe, expect, it } from "vitest";
import { aCase, aFolder, onlyInternal, policyText } from "./administration-fixture.ts";
import { assessBundle, compareBundles } from "./assess-bundle.ts";
import { assessInWorker, compareInWorker } from "./assess-in-worker.ts";
import { encodeForPublishing } from "./encode-for-publishing.ts";
import type { PublishStep } from "./publish-progress.ts";

const older = aFolder(policyText("pinned", "require: { digest: true }"));
const younger = aFolder(onlyInternal, { "cases.yaml": aCase("evil.example/a", "allow") });
const broken = aFolder("kind: ImagePolicy");

async function pair(after: Bundle) {
  return { after: await encodeForPublishing(after), before: [await encodeForPublishing(older)] };
}

describe("assessInWorker", () => {
  it.each([
    ["sound", younger],
    ["broken", broken],
  ])("finds in a thread what it finds without one, of a bundle that is %s", async (_what, bundle) => {
    const bundles = await pair(bundle);
    const [here, there]: [PublishStep[], PublishStep[]] = [[], []];

    const expected = await assessBundle(bundles, (step) => here.push(step));
    const found = await assessInWorker(bundles, (step) => there.push(step), { maxInProcessBytes: 0 });

    expect(found).toEqual(expected);
    expect(there).toEqual(here);
  });

  it.each([
    ["of time", { timeoutMs: 1 }, /took longer than 1 ms/],
    ["of memory", { maxHeapMiB: 4 }, /memory/],
  ])("says that the thread ran out %s, and goes on", async (_what, limits, message) => {
    const text = Array.from({ length: 60_000 }, (_, index) => `registry.example/team-${index}/app`).join("\n");
    const bundles = await pair(aFolder(policyText("listed", "denyFrom: [list.txt]"), { "list.txt": text }));

    const assessing = assessInWorker(bundles, () => undefined, { maxInProcessBytes: 0, ...limits });

    await expect(assessing).rejects.toMatchObject({ code: "control-check-failed", message: expect.stringMatching(message) });
  });
});

describe("compareInWorker", () => {
  it("finds in a thread what it finds without one", async () => {
    const bundles = await pair(younger);

    expect(await compareInWorker(bundles, { maxInProcessBytes: 0 })).toEqual(await compareBundles(bundles));
    expect(await compareInWorker(bundles)).toEqual(await compareBundles(bundles));
  });
});
