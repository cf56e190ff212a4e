import { beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { internalRegistryOnly, refusal } from "./kube-objects.ts";
import { until } from "./until.ts";

describe("an API server with a ValidatingWebhookConfiguration only", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({
      setUp: ({ registerWebhook }) => registerWebhook({ name: "images", failurePolicy: "Fail" }),
    });
    return cluster.stop;
  });

  it("refuses a pod from another registry, and says why in kubectl's error", async () => {
    const { status, output } = await cluster.kubectl(["run", "foreign", "--image=some-registry.io/app"]);

    expect(status).toBe(1);
    expect(output).toContain("admission webhook");
    expect(output).toContain(refusal);
  });

  it("creates a pod from the internal registry", async () => {
    const answer = await cluster.createPod({ name: "app", image: "internal-registry.io/app" });

    expect(answer.status).toBe(201);
    expect(answer.warnings).toEqual([]);
  });

  it.each([
    { what: "container", images: { image: "some-registry.io/app" } },
    { what: "init container", images: { image: "internal-registry.io/app", initImage: "some-registry.io/init" } },
    { what: "image volume", images: { image: "internal-registry.io/app", volumeImage: "some-registry.io/data" } },
    { what: "host with a longer name", images: { image: "internal-registry.io.evil.example/x" } },
    { what: "host in the path", images: { image: "evil.example/internal-registry.io/x" } },
  ])("refuses a pod and a Deployment with a foreign $what", async ({ images }) => {
    const asPod = await cluster.createPod({ name: "foreign", ...images });
    const asDeployment = await cluster.createDeployment({ name: "foreign", ...images });

    expect([asPod.status, asDeployment.status]).toEqual([403, 403]);
    expect(asPod.body.message).toContain(refusal);
    expect(asDeployment.body.message).toContain(refusal);
  });

  it("refuses an ephemeral container from another registry, and adds one from the internal registry", async () => {
    await cluster.createPod({ name: "debugged", image: "internal-registry.io/app" });

    const foreign = await cluster.addEphemeralContainer("debugged", "some-registry.io/debugger");
    const internal = await cluster.addEphemeralContainer("debugged", "internal-registry.io/debugger");

    expect(foreign.status).toBe(403);
    expect(foreign.body.message).toContain(refusal);
    expect(internal.status).toBe(200);
  });

  it("is asked every time: an edited policy takes effect at once", async () => {
    const image = "internal-registry.io/revoked";
    expect((await cluster.createPod({ name: "revoked", image }, "?dryRun=All")).status).toBe(201);
    await cluster.portcullis.writePolicies(internalRegistryOnly.replace("  message:", `  deny: ["${image}"]\n  message:`));

    const refused = await until("the edited policy refuses", async () => {
      const answer = await cluster.createPod({ name: "revoked", image }, "?dryRun=All");
      return answer.status === 201 ? undefined : answer;
    });

    expect(refused.status).toBe(403);
    expect(refused.body.message).toContain(refusal);
  });
});
