import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "@portcullis/config";
import { loadTlsFiles, type PkiFiles } from "@portcullis/pki";
import { UndecidedError, type Workload } from "@portcullis/policy";
import { createTelemetry } from "@portcullis/telemetry";
import { createDecisionClient } from "@portcullis/webhook";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createStandalone } from "./create-standalone.ts";
import { post } from "./example-request.ts";
import { serveSchema } from "./serve-config.ts";
import type { Standalone } from "./standalone.ts";

const policy = `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: trusted-registries }
spec: { match: { clusters: ["prod"] }, allow: ["internal-registry.io/**"] }
`;
const workload: Workload = {
  via: "admission",
  cluster: "prod",
  namespace: "default",
  group: "",
  kind: "Pod",
  name: "app",
  operation: "CREATE",
  images: [{ image: "some-registry.io/app", field: "containers", container: "app" }],
  imagesUnchanged: false,
  annotations: {},
  unknownImageLists: [],
};

let folder = "";
let standalone: Standalone;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-standalone-"));
  await writeFile(join(folder, "policies.yaml"), policy);
  const config = loadConfig(serveSchema, {
    env: {},
    flags: {
      "data-dir": join(folder, "data"),
      policies: JSON.stringify([join(folder, "policies.yaml")]),
      "webhook-callers": '[{"name":"CN=kube-apiserver","cluster":"prod"}]',
      "webhook-paths-image-review": "/policy",
      ...{ "webhook-port": "0", "decision-port": "0", "admin-port": "0" },
    },
  });
  standalone = await createStandalone(config, { writeLog: () => {}, onRevision: () => {}, onProblems: () => {}, onIdleOverlays: () => {} });
});

afterAll(async () => {
  await standalone.close();
  await rm(folder, { recursive: true });
});

async function decideOverGrpc(files: PkiFiles, timeoutMs: number) {
  const { cert, key, ca = Buffer.alloc(0) } = await loadTlsFiles({ ...files, caFile: standalone.pki.caFile });
  const telemetry = createTelemetry({ service: "test", logLevel: "silent" });
  const client = createDecisionClient({ addresses: [standalone.decisionAddress], tls: { cert, key, ca }, telemetry });
  try {
    return await client.decide(workload, { deadlineMs: performance.now() + timeoutMs });
  } finally {
    client.close();
  }
}

describe("createStandalone", () => {
  it("answers front-ends over gRPC with the same policies", async () => {
    const { decision } = await decideOverGrpc(standalone.pki.webhookClient, 10_000);

    expect(decision).toMatchObject({ verdict: "deny", denials: [{ policy: "trusted-registries", image: "some-registry.io/app" }] });
  });

  it("answers nobody else over gRPC, an API server's certificate included", async () => {
    await expect(decideOverGrpc(standalone.pki.apiServerClient, 1_000)).rejects.toBeInstanceOf(UndecidedError);
  });

  it("serves the paths and judges for the clusters that are configured", async () => {
    const { caFile, apiServerClient } = standalone.pki;
    const [ca = "", cert = "", key = ""] = await Promise.all(
      [caFile, apiServerClient.certFile, apiServerClient.keyFile].map((file) => readFile(file, "utf8")),
    );
    const body = JSON.stringify({
      apiVersion: "imagepolicy.k8s.io/v1alpha1",
      kind: "ImageReview",
      spec: { containers: [{ image: "some-registry.io/app" }] },
    });

    const answer = await post({ url: standalone.imageReviewUrl, address: undefined }, body, { ca, cert, key });

    expect(JSON.parse(answer)).toMatchObject({ status: { allowed: false, reason: expect.stringContaining("trusted-registries") } });
  });
});
