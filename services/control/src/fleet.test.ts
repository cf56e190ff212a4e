import { readRevisions } from "@portcullis/policy-bus";
import { describe, expect, it } from "vitest";
import { aFolder, anAdministration, aReport, policyText, publishTo, trustAnchors } from "./administration-fixture.ts";
import { toFleet } from "./fleet.ts";

const wallNow = Date.UTC(2026, 0, 1, 0, 1);
const strict = aFolder(policyText("pinned", "require: { digest: true }"));

async function aHistory() {
  const administration = anAdministration();
  const all = await publishTo(administration);
  const canary = await publishTo(administration, { bundle: strict, audience: ["canary"] });
  return { all, canary, history: await readRevisions(administration.log, trustAnchors) };
}

describe("toFleet", () => {
  it("names for each cluster the newest revision that is meant for it", async () => {
    const { all, canary, history } = await aHistory();
    const statuses = [aReport(all, { replica: "r1" }), aReport(all), aReport(canary, { cluster: "canary" })];

    const fleet = toFleet(history, statuses, wallNow);

    expect(fleet).toMatchObject({ at: "2026-01-01T00:01:00.000Z", newest: canary.token });
    expect(fleet.clusters.map(({ cluster, target, replicas }) => [cluster, target, replicas.map(({ replica }) => replica)])).toEqual([
      ["blue", all.token, ["r0", "r1"]],
      ["canary", canary.token, ["r0"]],
    ]);
    expect(fleet.clusters.flatMap(({ replicas }) => replicas.map(({ standing }) => standing))).toEqual(["current", "current", "current"]);
  });

  it("says who is behind, who refused and why, who serves nothing, and who serves what is not in the log", async () => {
    const { all, canary, history } = await aHistory();
    const nack = { token: canary.token, code: "policy-invalid", detail: "no" };
    const statuses = [
      aReport(all, { replica: "a" }),
      aReport(all, { replica: "b", nacks: [nack] }),
      aReport(all, { replica: "c", applied: null, appliedDigest: null }),
      aReport(all, { replica: "d", applied: null, appliedDigest: null, nacks: [nack] }),
      aReport(canary, { replica: "e", applied: { ...canary.token, revision: 3 } }),
      aReport(canary, { replica: "f", applied: { ...canary.token, lineage: "other" } }),
      aReport(canary, { replica: "g", appliedDigest: all.manifest.bundle.digest }),
    ].map((status) => ({ ...status, cluster: "canary" }));

    const { clusters } = toFleet(history, statuses, wallNow);

    expect(clusters[0]?.replicas.map(({ standing, nack: reason }) => [standing, reason])).toEqual([
      ["behind", null],
      ["refused", nack],
      ["empty", null],
      ["refused", nack],
      ["foreign", null],
      ["foreign", null],
      ["foreign", null],
    ]);
  });

  it("finds what is meant for other clusters only foreign", async () => {
    const { canary, history } = await aHistory();

    const { clusters } = toFleet(history, [aReport(canary)], wallNow);

    expect(clusters[0]?.replicas[0]?.standing).toBe("foreign");
  });

  it("says how long a replica is silent, and never less than nothing", async () => {
    const { all, history } = await aHistory();
    const [past, future] = ["2026-01-01T00:00:30.000Z", "2026-01-01T00:01:30.000Z"];

    const { clusters } = toFleet(
      history,
      [past, future].map((reportedAt, index) => aReport(all, { replica: `r${index}`, reportedAt })),
      wallNow,
    );

    expect(clusters[0]?.replicas.map(({ silentMs }) => silentMs)).toEqual([30_000, 0]);
  });

  it("knows no target for a cluster that no audience names", async () => {
    const administration = anAdministration();
    const canary = await publishTo(administration, { audience: ["canary"] });

    const { clusters } = toFleet(await readRevisions(administration.log, trustAnchors), [aReport(canary, { applied: null })], wallNow);

    expect(clusters).toMatchObject([{ target: null, replicas: [{ standing: "empty" }] }]);
  });
});
