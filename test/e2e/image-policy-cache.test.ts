import { beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { internalRegistryOnly, refusal } from "./kube-objects.ts";
import { until } from "./until.ts";

describe("an API server whose ImagePolicyWebhook caches for 2 s and has defaultAllow: false", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ imagePolicy: { allowTtlSeconds: 2, denyTtlSeconds: 2, defaultAllow: false } });
    return cluster.stop;
  });

  it("asks again once the cached verdict has ended", async () => {
    const dryRun = () => cluster.createPod({ name: "asked-again", image: "internal-registry.io/asked-again" }, "?dryRun=All");
    await dryRun();
    const reviews = await cluster.portcullis.countReviews("image-review");

    const again = await until("the API server asks again", async () => {
      const answer = await dryRun();
      return (await cluster.portcullis.countReviews("image-review")) > reviews ? answer : undefined;
    });

    expect(again.status).toBe(201);
  });

  it("takes up a policy that forbids a cached image when its cached verdict has ended", async () => {
    const dryRun = () => cluster.createPod({ name: "revoked", image: "internal-registry.io/revoked" }, "?dryRun=All");
    expect((await dryRun()).status).toBe(201);

    await cluster.portcullis.writePolicies(
      internalRegistryOnly.replace("  message:", '  deny: ["internal-registry.io/revoked"]\n  message:'),
    );
    const refused = await until("the API server refuses", async () => {
      const answer = await dryRun();
      return answer.status === 201 ? undefined : answer;
    });

    expect(refused.status).toBe(403);
    expect(refused.body.message).toContain(refusal);
  });

  it("refuses every pod while no replica answers", async () => {
    await cluster.portcullis.killAll();

    const answer = await cluster.createPod({ name: "unanswered", image: "internal-registry.io/unanswered" });

    expect(answer.status).toBe(403);
    expect(answer.body.message).not.toContain(refusal);
  });
});
