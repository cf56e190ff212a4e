import { beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { deployment, refusal } from "./kube-objects.ts";

describe("an API server with ImagePolicyWebhook and a ValidatingWebhookConfiguration", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({
      imagePolicy: { allowTtlSeconds: 50, denyTtlSeconds: 50, defaultAllow: true },
      setUp: ({ registerWebhook }) => registerWebhook({ name: "images", failurePolicy: "Fail" }),
    });
    return cluster.stop;
  });

  it("refuses a pod from another registry, and says why in the API's answer", async () => {
    const answer = await cluster.createPod({ name: "foreign", image: "some-registry.io/app" });

    expect(answer.status).toBe(403);
    expect(answer.body.message).toContain("image policy webhook");
    expect(answer.body.message).toContain(refusal);
  });

  it("refuses a pod from another registry, and says why in kubectl's error", async () => {
    const { status, output } = await cluster.kubectl(["run", "foreign", "--image=some-registry.io/app"]);

    expect(status).toBe(1);
    expect(output).toContain(refusal);
  });

  it("creates a pod from the internal registry", async () => {
    const { status, output } = await cluster.kubectl(["run", "app", "--image=internal-registry.io/app"]);

    expect(output).toBe("pod/app created\n");
    expect(status).toBe(0);
  });

  it("refuses a Deployment from another registry, and says why in kubectl's error", async () => {
    const object = deployment({ name: "foreign", image: "some-registry.io/app" });
    const { status, output } = await cluster.kubectl(["create", "-f", "-"], JSON.stringify(object));

    expect(status).toBe(1);
    expect(output).toContain(refusal);
  });

  it("creates a Deployment from the internal registry", async () => {
    const answer = await cluster.createDeployment({ name: "app", image: "internal-registry.io/app" });

    expect(answer.status).toBe(201);
  });

  it("refuses a pod whose init container is from another registry", async () => {
    const answer = await cluster.createPod({ name: "init", image: "internal-registry.io/app", initImage: "some-registry.io/init" });

    expect(answer.status).toBe(403);
    expect(answer.body.message).toContain(refusal);
  });

  it("refuses an ephemeral container from another registry, and adds one from the internal registry", async () => {
    await cluster.createPod({ name: "debugged", image: "internal-registry.io/app" });

    const foreign = await cluster.addEphemeralContainer("debugged", "some-registry.io/debugger");
    const internal = await cluster.addEphemeralContainer("debugged", "internal-registry.io/debugger");

    expect(foreign.status).toBe(403);
    expect(foreign.body.message).toContain(refusal);
    expect(internal.status).toBe(200);
  });

  it("refuses an image volume from another registry, which only the admission webhook is asked about", async () => {
    const answer = await cluster.createPod({ name: "volume", image: "internal-registry.io/app", volumeImage: "some-registry.io/data" });

    expect(answer.status).toBe(403);
    expect(answer.body.message).toContain("admission webhook");
    expect(answer.body.message).toContain(refusal);
  });

  it.each(["internal-registry.io.evil.example/x", "evil.example/internal-registry.io/x", "internal-registry.io", "nginx"])(
    "refuses %s",
    async (image) => {
      const answer = await cluster.createPod({ name: "disguised", image });

      expect(answer.status).toBe(403);
      expect(answer.body.message).toContain(refusal);
    },
  );

  it.each([
    { verdict: "allow", image: "internal-registry.io/repeated", status: 201 },
    { verdict: "deny", image: "some-registry.io/repeated", status: 403 },
  ])("repeats the verdict $verdict without asking us", async ({ verdict, image, status }) => {
    const before = await cluster.portcullis.countReviews("image-review");
    const first = await cluster.createPod({ name: `${verdict}-first`, image });
    const afterFirst = await cluster.portcullis.countReviews("image-review");

    const second = await cluster.createPod({ name: `${verdict}-second`, image });
    const third = await cluster.createPod({ name: `${verdict}-third`, image });

    expect([first.status, second.status, third.status]).toEqual([status, status, status]);
    expect(afterFirst).toBe(before + 1);
    expect(await cluster.portcullis.countReviews("image-review")).toBe(afterFirst);
  });
});
