import { beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { internalRegistryOnly, refusal } from "./kube-objects.ts";

describe("an API server that asks two webhook processes in front of two decision processes", () => {
  let cluster: Cluster;
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet(internalRegistryOnly);
    cluster = await startCluster({
      portcullis: fleet,
      imagePolicy: { allowTtlSeconds: 50, denyTtlSeconds: 50, defaultAllow: true },
      setUp: ({ registerWebhook }) => registerWebhook({ name: "images", failurePolicy: "Ignore" }),
    });
    return cluster.stop;
  });

  it("refuses what the policy forbids and creates what it allows", async () => {
    const foreign = await cluster.createPod({ name: "foreign", image: "some-registry.io/app" });
    const internal = await cluster.createPod({ name: "internal", image: "internal-registry.io/app" });

    expect(foreign.status).toBe(403);
    expect(foreign.body.message).toContain(refusal);
    expect(internal.status).toBe(201);
  });

  it("does so when one decision process was killed, and refuses what nobody decides when both were", async () => {
    await fleet.killDecision(0);
    const withOne = await Promise.all([
      cluster.createPod({ name: "foreign-one", image: "some-registry.io/one" }),
      cluster.createPod({ name: "internal-one", image: "internal-registry.io/one" }),
      cluster.createDeployment({ name: "foreign-one", image: "some-registry.io/one" }),
      cluster.createDeployment({ name: "internal-one", image: "internal-registry.io/one" }),
    ]);
    await fleet.killDecision(1);
    const withNone = await Promise.all([
      cluster.createPod({ name: "internal-none", image: "internal-registry.io/none" }),
      cluster.createDeployment({ name: "internal-none", image: "internal-registry.io/none" }),
    ]);

    expect(withOne.map(({ status }) => status)).toEqual([403, 201, 403, 201]);
    // Neither `defaultAllow: true` nor `failurePolicy: Ignore` has a say: the front-ends answer, and their answer is no.
    expect(withNone.map(({ status }) => status)).toEqual([403, 403]);
    expect(withNone.map(({ body }) => body.message?.includes(refusal))).toEqual([false, false]);
  });
});
