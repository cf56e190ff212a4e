import type { PublishedRevision } from "@portcullis/policy-bus";
import { describe, expect, it } from "vitest";
import { anAdministration, aReport, publishTo } from "./administration-fixture.ts";
import { toTimeline } from "./revision-timeline.ts";

const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, "0")}.000Z`;

function laterThan({ token }: PublishedRevision) {
  return { ...token, revision: token.revision + 1 };
}

describe("toTimeline", () => {
  it("says when it was published, and when each replica applied it, and from when on it is in force", async () => {
    const revision = await publishTo(anAdministration());
    const { token } = revision;
    const statuses = [
      aReport(revision, { replica: "b", appliedAt: [{ token, at: at(3) }] }),
      aReport(revision, { replica: "a", appliedAt: [{ token, at: at(2) }] }),
      aReport(revision, { cluster: "green", appliedAt: [{ token, at: at(1) }], allowTtlSeconds: 0 }),
    ];

    const timeline = toTimeline(revision, statuses);

    expect(timeline).toEqual({
      revision,
      publishedAt: revision.manifest.publishedAt,
      inForceAt: "2026-01-01T00:05:06.500Z",
      clusters: [
        {
          cluster: "blue",
          inForceAt: "2026-01-01T00:05:06.500Z",
          unknown: [],
          replicas: [
            { replica: "a", appliedAt: at(2), isSuperseded: false, nack: null },
            { replica: "b", appliedAt: at(3), isSuperseded: false, nack: null },
          ],
        },
        {
          cluster: "green",
          inForceAt: "2026-01-01T00:00:04.500Z",
          unknown: [],
          replicas: [{ replica: "r0", appliedAt: at(1), isSuperseded: false, nack: null }],
        },
      ],
    });
  });

  it("knows no moment while a replica has not applied it, and says who refused it", async () => {
    const revision = await publishTo(anAdministration());
    const nack = { token: revision.token, code: "policy-invalid", detail: "no" };
    const statuses = [aReport(revision), aReport(revision, { replica: "r1", applied: null, appliedAt: [], nacks: [nack] })];

    const { inForceAt, clusters } = toTimeline(revision, statuses);

    expect(inForceAt).toBeNull();
    expect(clusters).toMatchObject([{ inForceAt: null, replicas: [{ nack: null }, { appliedAt: null, nack }] }]);
  });

  it("knows no moment where the cluster never said what is needed", async () => {
    const revision = await publishTo(anAdministration());

    const { inForceAt, clusters } = toTimeline(revision, [aReport(revision, { frontEndCacheMs: null })]);

    expect(inForceAt).toBeNull();
    expect(clusters).toMatchObject([{ inForceAt: null, unknown: ["front-end-cache"] }]);
  });

  it("takes the time of the revision that came after it from a replica that went on without it", async () => {
    const revision = await publishTo(anAdministration());
    const later = laterThan(revision);

    const { clusters } = toTimeline(revision, [aReport(revision, { applied: later, appliedAt: [{ token: later, at: at(9) }] })]);

    expect(clusters[0]?.replicas).toMatchObject([{ appliedAt: at(9), isSuperseded: true }]);
  });

  it.each([
    ["says no time", []],
    ["says a time that is none", "soon"],
  ])("knows no moment where a replica %s", async (_what, time) => {
    const revision = await publishTo(anAdministration());
    const appliedAt = typeof time === "string" ? [{ token: revision.token, at: time }] : [];

    const { clusters } = toTimeline(revision, [aReport(revision, { appliedAt })]);

    expect(clusters).toMatchObject([{ inForceAt: null, replicas: [{ appliedAt: null }] }]);
  });

  it("leaves out clusters that it is not meant for", async () => {
    const revision = await publishTo(anAdministration(), { audience: ["canary"] });

    expect(toTimeline(revision, [aReport(revision)])).toMatchObject({ inForceAt: null, clusters: [] });
  });

  it("knows nothing of a replica that serves another bundle by that number, as after a log was lost", async () => {
    const revision = await publishTo(anAdministration());

    const { clusters } = toTimeline(revision, [aReport(revision, { appliedDigest: `sha256:${"f".repeat(64)}` })]);

    expect(clusters).toMatchObject([{ inForceAt: null, replicas: [{ appliedAt: null }] }]);
  });
});
