import { beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { deployment, paths, refusal } from "./kube-objects.ts";

describe("an API server while no replica answers", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({
      imagePolicy: { allowTtlSeconds: 50, denyTtlSeconds: 50, defaultAllow: true },
      setUp: async ({ api, createPod, portcullis, registerWebhook }) => {
        for (const failurePolicy of ["Fail", "Ignore"] as const) {
          const name = failurePolicy.toLowerCase();
          const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "portcullis.dev/e2e": name } } };
          await api({ method: "POST", path: paths.namespaces, body: namespace });
          await registerWebhook({ name, failurePolicy, namespaces: name });
        }
        const cached = await createPod({ name: "cached", image: "some-registry.io/cached" });
        expect(cached.status).toBe(403);
        await portcullis.killAll();
      },
    });
    return cluster.stop;
  });

  it("admits what ImagePolicyWebhook cannot ask about, with defaultAllow: true", async () => {
    const answer = await cluster.createPod({ name: "unasked", image: "some-registry.io/unasked" });

    expect(answer.status).toBe(201);
  });

  it("repeats a denial that ImagePolicyWebhook has cached", async () => {
    const answer = await cluster.createPod({ name: "cached", image: "some-registry.io/cached" });

    expect(answer.status).toBe(403);
    expect(answer.body.message).toContain(refusal);
  });

  it("refuses with failurePolicy: Fail", async () => {
    const body = deployment({ name: "app", image: "internal-registry.io/app" });
    const answer = await cluster.api({ method: "POST", path: paths.deployments("fail"), body });

    expect(answer.status).toBe(500);
    expect(answer.body.message).toContain("failed calling webhook");
  });

  it("admits with failurePolicy: Ignore", async () => {
    const body = deployment({ name: "app", image: "some-registry.io/app" });
    const answer = await cluster.api({ method: "POST", path: paths.deployments("ignore"), body });

    expect(answer.status).toBe(201);
  });
});
