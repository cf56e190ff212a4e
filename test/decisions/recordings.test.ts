import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compile, type Decide, evaluate, type Snapshot } from "@portcullis/policy";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ListeningWebhook, readAnswer, startWebhook } from "./listening-webhook.ts";

const folder = join(import.meta.dirname, "../fixtures");
const nginx = "nginx";
const busybox = "busybox:1.36";
const proxy = "registry.internal:5000/mesh/proxy@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const init = "internal-registry.io/tools/init:1.2@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const model = "quay.io/models/tiny:v1";
const alpine = "docker.io/library/alpine:3.20";
/** A tag beside a digest is ignored by runtimes, and refused in a pattern. */
const toPattern = (image: string) => image.replace(/:[^:@/]+@/, "@");
const team = (name: string) => `registry.example.com/team/${name}`;

/** Which images each recorded review is judged by. */
const judged: Readonly<Record<string, readonly string[]>> = {
  "kube-apiserver-1.20/001-ImageReview--.json": [nginx],
  "kube-apiserver-1.20/002-AdmissionReview-CREATE-Pod.json": [nginx],
  "kube-apiserver-1.20/003-ImageReview--.json": ["docker.io/library/nginx:1.25.3", proxy, init],
  "kube-apiserver-1.20/004-AdmissionReview-CREATE-Pod.json": ["docker.io/library/nginx:1.25.3", proxy, init],
  "kube-apiserver-1.20/005-AdmissionReview-CREATE-Deployment.json": ["quay.io/acme/web:v2"],
  "kube-apiserver-1.20/006-AdmissionReview-CREATE-Job.json": ["ghcr.io/acme/job:v1"],
  "kube-apiserver-1.20/007-ImageReview--.json": ["docker.io/library/nginx:1.25.3", proxy, init],
  // A label edit: its images did not change, so no policy judges it.
  "kube-apiserver-1.20/008-AdmissionReview-UPDATE-Pod.json": [],
  "kube-apiserver-1.20/009-ImageReview--.json": ["nginx:evil", proxy, init],
  "kube-apiserver-1.20/010-AdmissionReview-UPDATE-Pod.json": ["nginx:evil", proxy, init],
  "kube-apiserver-1.20/011-ImageReview--.json": [nginx],
  "kube-apiserver-1.20/012-AdmissionReview-CREATE-Pod.json": [nginx],
  "kube-apiserver-1.20/013-AdmissionReview-UPDATE-EphemeralContainers-ephemeralcontainers.json": ["evil.io/debug"],
  "kube-apiserver-1.36/admission-cronjob-create.json": [team("job:1.0"), nginx, busybox],
  "kube-apiserver-1.36/admission-custom-resource-with-pod-template.json": [team("canary:1.0"), nginx, busybox],
  "kube-apiserver-1.36/admission-custom-resource-with-proto-key.json": ["evil.example/x:1"],
  "kube-apiserver-1.36/admission-daemonset-create.json": [team("agent:1.0"), nginx, busybox],
  "kube-apiserver-1.36/admission-deployment-create.json": [team("api:1.0"), nginx, busybox],
  "kube-apiserver-1.36/admission-deployment-scale.json": [],
  "kube-apiserver-1.36/admission-deployment-update-image.json": [team("api:2.0"), nginx, busybox],
  "kube-apiserver-1.36/admission-job-create.json": [team("job:1.0"), nginx, busybox],
  "kube-apiserver-1.36/admission-pod-create-dry-run.json": [team("dry:1.0"), nginx],
  "kube-apiserver-1.36/admission-pod-create-generate-name.json": [team("generated:1.0"), nginx],
  "kube-apiserver-1.36/admission-pod-create-with-init-and-image-volume.json": [team("web:1.0"), nginx, busybox, model],
  "kube-apiserver-1.36/admission-pod-delete.json": [],
  "kube-apiserver-1.36/admission-pod-ephemeral-container.json": [team("web:2.0"), nginx, busybox, model, alpine],
  "kube-apiserver-1.36/admission-pod-update-image.json": [team("web:2.0"), nginx, busybox, model],
  "kube-apiserver-1.36/admission-pod-update-labels-only.json": [],
  "kube-apiserver-1.36/admission-podtemplate-create.json": [team("tpl:1.0"), nginx, busybox],
  "kube-apiserver-1.36/admission-replicaset-create.json": [team("rs:1.0"), nginx, busybox],
  "kube-apiserver-1.36/admission-replicationcontroller-create.json": [team("old:1.0"), nginx, busybox],
  "kube-apiserver-1.36/admission-statefulset-create.json": [team("db:1.0"), nginx, busybox],
  "kube-apiserver-1.36/image-review-dry-run.json": [team("dry:1.0"), nginx],
  "kube-apiserver-1.36/image-review-ephemeral-container.json": [alpine],
  "kube-apiserver-1.36/image-review-pod-create.json": [team("web:1.0"), nginx, busybox],
};

interface Recording {
  readonly httpVersion: "1.1" | "2.0";
  readonly body: { readonly kind: string; readonly request?: { readonly uid: string } };
}

describe("a recorded review", () => {
  let webhook: ListeningWebhook;
  let snapshot: Snapshot;
  beforeAll(async () => {
    const decide: Decide = async (workload) => {
      const decision = evaluate(snapshot, workload);
      return { decision, decisionId: "1", cacheTtlMs: 0, stalenessMs: 0, degraded: false };
    };
    webhook = await startWebhook(decide, ["default"]);
  });
  afterAll(() => webhook.close());

  async function ask(file: string, policy: string) {
    snapshot = compilePolicy(policy);
    const { httpVersion, body }: Recording = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const protocol = body.kind === "ImageReview" ? "image-review" : "admission";
    const apiServer = webhook.apiServer(protocol, "default", httpVersion);
    const response = await apiServer.send({ body: JSON.stringify(body), timeoutSeconds: 10, timeoutMs: 10_000 });
    apiServer.close();
    expect(response.status).toBe(200);
    const answer = readAnswer(protocol, response.body);
    expect(answer.uid).toBe(body.request?.uid ?? "");
    return answer;
  }

  it("stands in the table below whatever its version", () => {
    const versions = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const recorded = versions.flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`));

    expect(recorded.toSorted()).toEqual(Object.keys(judged).toSorted());
  });

  it.each(Object.keys(judged))("%s is allowed when each of its images is", async (file) => {
    const images = judged[file] ?? [];

    const answer = await ask(file, `allow: ${JSON.stringify(["registry.example/none", ...images.map(toPattern)])}`);

    expect(answer).toMatchObject({ verdict: "allow", message: "" });
  });

  it.each(Object.entries(judged).flatMap(([file, images]) => images.map((image) => [file, image] as const)))(
    "%s is denied when %s alone is on no list",
    async (file, image) => {
      const others = (judged[file] ?? []).filter((other) => other !== image);

      const answer = await ask(file, `allow: ${JSON.stringify(["registry.example/none", ...others.map(toPattern)])}`);

      expect(answer).toMatchObject({ verdict: "deny", message: expect.stringContaining(image) });
    },
  );

  it.each(Object.keys(judged).filter((file) => judged[file]?.length === 0))("%s is allowed whatever is denied", async (file) => {
    const answer = await ask(file, 'deny: ["**"]');

    expect(answer.verdict).toBe("allow");
  });
});

function compilePolicy(lists: string): Snapshot {
  const text = [
    "apiVersion: portcullis.dev/v1",
    "kind: ImagePolicy",
    "metadata: { name: recorded }",
    "spec:",
    "  enforcement: deny",
    `  ${lists}`,
  ].join("\n");
  return compile({ files: [{ path: "policy.yaml", text }] }, { revision: { lineage: "recordings", epoch: 1, revision: 1 } });
}
