import { generateSigningKey } from "@portcullis/policy-bus";
import { describe, expect, it } from "vitest";
import { aFolder, anAdministration, policyText, publishTo, trustedKey } from "./administration-fixture.ts";

const strict = aFolder(policyText("pinned", "require: { digest: true }"));

describe("createPolicyAdministration", () => {
  it("brings earlier content back as a new revision", async () => {
    const administration = anAdministration();
    const first = await publishTo(administration);
    await publishTo(administration, { bundle: strict });

    const result = await administration.rollback({ to: 1, audience: ["*"] });

    expect(result).toMatchObject({
      outcome: "published",
      revision: { token: { revision: 3 }, manifest: { rollbackOf: 1, bundle: { digest: first.manifest.bundle.digest } } },
      report: { changes: [{ token: { revision: 2 }, difference: { policies: { added: ["registries"], removed: ["pinned"] } } }] },
    });
  });

  it("brings content with holes back too: it was accepted once", async () => {
    const administration = anAdministration();
    await publishTo(administration, { bundle: aFolder(policyText("a", 'allow: ["docker.io/**"]')), acceptsHoles: true });
    await publishTo(administration);

    const result = await administration.rollback({ to: 1, audience: ["*"] });

    expect(result).toMatchObject({ outcome: "published", report: { attacks: [{ weight: "hole" }] } });
  });

  it("gives a canary's content to all under the same digest, and to no smaller audience", async () => {
    const administration = anAdministration();
    await publishTo(administration);
    const canary = await publishTo(administration, { bundle: strict, audience: ["canary-*"] });

    const narrow = await administration.widen({ revision: 2, audience: ["prod"] });
    const wide = await administration.widen({ revision: 2, audience: ["canary-*", "prod"] });

    expect(narrow).toMatchObject({ outcome: "refused", code: "publish-audience-not-wider" });
    expect(wide).toMatchObject({ outcome: "published", revision: { manifest: { widens: 2, bundle: canary.manifest.bundle } } });
  });

  it.each(["rollback", "widen"] as const)("refuses a %s of a revision that is not there", async (kind) => {
    const administration = anAdministration();
    await publishTo(administration);

    const result =
      kind === "rollback"
        ? await administration.rollback({ to: 7, audience: ["*"] })
        : await administration.widen({ revision: 7, audience: ["*"] });

    expect(result).toMatchObject({ outcome: "refused", code: "control-no-such-revision" });
  });

  it("hands over to other keys without changing anything else", async () => {
    const administration = anAdministration();
    const before = await publishTo(administration, { audience: ["canary"] });
    const next = generateSigningKey();

    const rotated = await administration.rotateKeys({ nextKeys: [next.entry] });
    const old = await administration.publish({ bundle: strict, audience: ["*"] });
    const young = await anAdministration({ log: administration.log, keys: [trustedKey, next] }).publish({
      bundle: strict,
      audience: ["*"],
    });

    expect(rotated).toMatchObject({
      outcome: "published",
      revision: { manifest: { audience: ["canary"], bundle: before.manifest.bundle, nextKeys: [next.entry] } },
    });
    expect(old).toMatchObject({ outcome: "refused", code: "publish-key-untrusted" });
    expect(young).toMatchObject({ outcome: "published", revision: { signedBy: [next.entry.keyId] } });
  });

  it("begins a new epoch that continues the head", async () => {
    const administration = anAdministration();
    const head = await publishTo(administration);

    const revision = await publishTo(administration, { bundle: strict, newEpoch: {} });

    expect(revision.token).toEqual({ lineage: "policies", epoch: 2, revision: 1 });
    expect(revision.manifest.continues).toEqual({ epoch: 1, revision: 1, digest: head.digest });
  });

  it("lists revisions, shows one with its bundle, and compares two", async () => {
    const administration = anAdministration();
    const [first, second] = [await publishTo(administration), await publishTo(administration, { bundle: strict })];

    const { revisions, lineage, keys } = await administration.revisions();
    const shown = await administration.show({ revision: 1 });
    const compared = await administration.diff({ epoch: 1, revision: 1 }, "newest");

    expect({ revisions, lineage, keys }).toEqual({ revisions: [first, second], lineage: "policies", keys: [trustedKey.entry] });
    expect(shown).toEqual({ revision: first, bundle: aFolder() });
    expect(compared).toMatchObject({ before: first, after: second, difference: { policies: { added: ["pinned"] } } });
  });

  it.each(["newest", { revision: 1 }, { epoch: 3, revision: 1 }] as const)("says where a revision is not there (%j)", async (selector) => {
    const showing = anAdministration().show(selector);

    await expect(showing).rejects.toMatchObject({ name: "ControlError", code: "control-no-such-revision" });
  });
});
