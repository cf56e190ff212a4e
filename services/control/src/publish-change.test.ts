import { generateSigningKey, memoryRevisionLog, RevisionLogError } from "@portcullis/policy-bus";
import { describe, expect, it } from "vitest";
import { aCase, aFolder, anAdministration, onlyInternal, policyText, publishTo } from "./administration-fixture.ts";
import type { PublishStep } from "./publish-progress.ts";

const loose = policyText("registries", 'allow: ["internal-registry.io/**", "quay.io/acme/**"]');

describe("publish", () => {
  it("publishes a folder as the next revision, in the name of who asks, and says what changes", async () => {
    const administration = anAdministration();
    const steps: PublishStep[] = [];

    const first = await publishTo(administration);
    const second = await administration.publish({
      bundle: aFolder(loose),
      audience: ["*"],
      publisher: "ci",
      acceptsHoles: true,
      onProgress: (step) => steps.push(step),
    });

    expect(first.manifest.publisher).toBe("ops");
    expect(second).toMatchObject({
      outcome: "published",
      revision: { token: { epoch: 1, revision: 2 }, manifest: { publisher: "ci", prevDigest: first.digest } },
      report: { policies: 1, patterns: 2, changes: [{ token: first.token, difference: { policies: { changed: ["registries"] } } }] },
    });
    expect(steps.map((step) => ("check" in step ? `${step.step} ${step.check}` : step.step))).toEqual([
      "verified",
      "checking compile",
      "checked compile",
      "checking lint",
      "checked lint",
      "checking cases",
      "checked cases",
      "compared",
      "verified",
      "append",
    ]);
  });

  it("says that nothing changed where nothing did", async () => {
    const administration = anAdministration();
    const revision = await publishTo(administration);

    const again = await administration.publish({ bundle: aFolder(), audience: ["*"] });

    expect(again).toMatchObject({ outcome: "unchanged", revision });
  });

  it("compares with every revision that some cluster may hold while an audience is widened", async () => {
    const administration = anAdministration();
    const all = await publishTo(administration);
    const canary = await publishTo(administration, {
      bundle: aFolder(policyText("other", "require: { digest: true }")),
      audience: ["canary"],
    });

    const { report } = await administration.publish({ bundle: aFolder(), audience: ["*"], isDryRun: true });

    expect(report?.changes.map(({ token, difference }) => [token.revision, difference.policies.added])).toEqual([
      [canary.token.revision, ["registries"]],
      [all.token.revision, []],
    ]);
  });

  it("writes nothing on a dry run, and needs no key for it", async () => {
    const administration = anAdministration({ keys: [] });

    const result = await administration.publish({ bundle: aFolder(), audience: ["*"], isDryRun: true });

    expect(result).toMatchObject({ outcome: "dry-run", token: { lineage: "policies", epoch: 1, revision: 1 } });
    expect((await administration.revisions()).revisions).toEqual([]);
  });

  it.each([
    ["policies that do not compile", aFolder("kind: ImagePolicy"), "control-policies-invalid"],
    [
      "an overlay that is no tightening",
      aFolder(onlyInternal, { "overlays/eu-*/b.yaml": "apiVersion: portcullis.dev/v1\nkind: Bundle\nspec: { default: allow }" }),
      "control-policies-invalid",
    ],
    ["an allow pattern by which strangers get in", aFolder(policyText("a", 'allow: ["docker.io/**"]')), "control-holes-open"],
    ["cases that fail", aFolder(onlyInternal, { "cases.yaml": aCase("evil.example/a", "allow") }), "control-cases-failed"],
    ["cases that cannot be read", aFolder(onlyInternal, { "cases.yaml": "kind: DecisionCases" }), "control-cases-failed"],
    ["a path that no folder has", { files: [{ path: "../a.yaml", text: onlyInternal }] }, "signing-invalid-bundle"],
  ])("refuses %s, and writes nothing", async (_what, bundle, code) => {
    const administration = anAdministration();

    const result = await administration.publish({ bundle, audience: ["*"] });

    expect(result).toMatchObject({ outcome: "refused", code });
    expect((await administration.revisions()).revisions).toEqual([]);
  });

  it("publishes what has holes where they are accepted", async () => {
    const revision = await publishTo(anAdministration(), {
      bundle: aFolder(policyText("a", 'allow: ["docker.io/**"]')),
      acceptsHoles: true,
    });

    expect(revision.token.revision).toBe(1);
  });

  it("refuses without a key, and with one that replicas do not trust", async () => {
    const bundle = aFolder();

    const keyless = await anAdministration({ keys: [] }).publish({ bundle, audience: ["*"] });
    const foreign = await anAdministration({ keys: [generateSigningKey()] }).publish({ bundle, audience: ["*"] });

    expect(keyless).toMatchObject({ outcome: "refused", code: "control-no-signing-key" });
    expect(foreign).toMatchObject({ outcome: "refused", code: "publish-key-untrusted" });
  });

  it("refuses an audience that is no glob of clusters", async () => {
    const result = await anAdministration().publish({ bundle: aFolder(), audience: ["a cluster"] });

    expect(result).toMatchObject({ outcome: "refused", code: "signing-invalid-manifest" });
  });
});

describe("publish when others do too", () => {
  it("names the revision that won where the caller saw another head", async () => {
    const administration = anAdministration();
    const seen = await publishTo(administration);
    const won = await publishTo(administration, { bundle: aFolder(loose), acceptsHoles: true });

    const result = await administration.publish({ bundle: aFolder(), audience: ["*"], base: seen.token });
    const first = await administration.publish({ bundle: aFolder(), audience: ["*"], base: null });

    expect(result).toMatchObject({ outcome: "conflict", won });
    expect(first).toMatchObject({ outcome: "conflict", won });
  });

  it("names the revision that came in while it was being checked", async () => {
    const log = memoryRevisionLog();
    const [ours, theirs] = [anAdministration({ log }), anAdministration({ log: log.open() })];
    let won: Promise<unknown> | undefined;
    const append: typeof log.append = async (entry, options) => {
      won ??= publishTo(theirs, { bundle: aFolder(loose), acceptsHoles: true });
      await won;
      return log.append(entry, options);
    };

    const result = await anAdministration({ log: { ...log, append } }).publish({ bundle: aFolder(), audience: ["*"] });

    expect(result).toMatchObject({ outcome: "conflict", won: await won });
    expect((await ours.revisions()).revisions).toHaveLength(1);
  });

  it("finds out by reading what became of a revision whose answer was lost", async () => {
    const log = memoryRevisionLog();
    const append: typeof log.append = async (entry, options) => {
      await log.append(entry, options);
      return { outcome: "unknown", cause: new Error("no answer") };
    };

    const result = await anAdministration({ log: { ...log, append } }).publish({ bundle: aFolder(), audience: ["*"] });

    expect(result).toMatchObject({ outcome: "published", revision: { token: { revision: 1 } } });
  });

  it("says that it does not know where nobody can be asked before the time is over", async () => {
    const log = memoryRevisionLog();
    let isGone = false;
    const gone = new RevisionLogError("bus-unavailable", "nobody answers");
    const lossy: typeof log = {
      ...log,
      append: async () => {
        isGone = true;
        return { outcome: "unknown", cause: gone };
      },
      async *readAfter(position) {
        if (isGone) throw gone;
        yield* log.readAfter(position);
      },
    };

    const result = await anAdministration({ log: lossy }).publish({ bundle: aFolder(), audience: ["*"], timeoutMs: 50 });

    expect(result).toMatchObject({ outcome: "unknown", token: { revision: 1 }, message: "nobody answers" });
  });

  it("says that it is not published where the log cannot even be read", async () => {
    const log = { ...memoryRevisionLog(), readHead: () => Promise.reject(new RevisionLogError("bus-unavailable", "nobody answers")) };
    const silent = { ...memoryRevisionLog(), readHead: () => Promise.withResolvers<undefined>().promise };

    const gone = await anAdministration({ log }).publish({ bundle: aFolder(), audience: ["*"] });
    const late = await anAdministration({ log: silent }).publish({ bundle: aFolder(), audience: ["*"], timeoutMs: 20 });

    expect(gone).toEqual({ outcome: "not-published", code: "bus-unavailable", message: "nobody answers" });
    expect(late).toMatchObject({ outcome: "not-published", code: "control-timeout" });
  });
});
