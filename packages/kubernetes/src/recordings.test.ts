import { readdirSync, readFileSync } from "node:fs";
import type { Workload } from "@portcullis/policy";
import { describe, expect, it } from "vitest";
import { parseAdmissionReview, parseImageReview, type Review } from "./index.ts";

const recordings = new URL("../../../test/fixtures/", import.meta.url);
const digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const proxy = `registry.internal:5000/mesh/proxy@${digest}`;
const tools = `internal-registry.io/tools/init:1.2@${digest}`;

const init = "initContainers/init=busybox:1.36";
const side = "containers/side=nginx";
const model = "imageVolumes/model=quay.io/models/tiny:v1";
const fullPod = [`initContainers/init=${tools}`, "containers/web=docker.io/library/nginx:1.25.3", `containers/side=${proxy}`];
const fullPodAsReviewed = ["any/=docker.io/library/nginx:1.25.3", `any/=${proxy}`, `any/=${tools}`];

/** What each recording is about: kind, namespace/name, operation, flags; then its images as `field/container=image`. */
const expected: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  "kube-apiserver-1.20/001-ImageReview--.json": ["/Pod default/ CREATE", ["any/=nginx"]],
  "kube-apiserver-1.20/002-AdmissionReview-CREATE-Pod.json": ["/Pod default/nginx CREATE", ["containers/nginx=nginx"]],
  "kube-apiserver-1.20/003-ImageReview--.json": ["/Pod team-a/ CREATE", fullPodAsReviewed],
  "kube-apiserver-1.20/004-AdmissionReview-CREATE-Pod.json": ["/Pod team-a/full CREATE", fullPod],
  "kube-apiserver-1.20/005-AdmissionReview-CREATE-Deployment.json": [
    "apps/Deployment team-a/web CREATE",
    ["containers/web=quay.io/acme/web:v2"],
  ],
  "kube-apiserver-1.20/006-AdmissionReview-CREATE-Job.json": ["batch/Job team-a/once CREATE", ["containers/once=ghcr.io/acme/job:v1"]],
  "kube-apiserver-1.20/007-ImageReview--.json": ["/Pod team-a/ CREATE", fullPodAsReviewed],
  "kube-apiserver-1.20/008-AdmissionReview-UPDATE-Pod.json": ["/Pod team-a/full UPDATE unchanged", fullPod],
  "kube-apiserver-1.20/009-ImageReview--.json": ["/Pod team-a/ CREATE", ["any/=nginx:evil", `any/=${proxy}`, `any/=${tools}`]],
  "kube-apiserver-1.20/010-AdmissionReview-UPDATE-Pod.json": [
    "/Pod team-a/full UPDATE",
    [`initContainers/init=${tools}`, "containers/web=nginx:evil", `containers/side=${proxy}`],
  ],
  "kube-apiserver-1.20/011-ImageReview--.json": ["/Pod default/ CREATE", ["any/=nginx"]],
  "kube-apiserver-1.20/012-AdmissionReview-CREATE-Pod.json": ["/Pod default/dry CREATE dry-run", ["containers/dry=nginx"]],
  "kube-apiserver-1.20/013-AdmissionReview-UPDATE-EphemeralContainers-ephemeralcontainers.json": [
    "/Pod team-a/full UPDATE",
    ["ephemeralContainers/dbg=evil.io/debug"],
  ],
  "kube-apiserver-1.36/admission-cronjob-create.json": [
    "batch/CronJob shop/nightly CREATE",
    [init, "containers/main=registry.example.com/team/job:1.0", side],
  ],
  "kube-apiserver-1.36/admission-custom-resource-with-pod-template.json": [
    "example.com/Rollout shop/canary CREATE",
    ["containers/main=registry.example.com/team/canary:1.0", side, init],
  ],
  "kube-apiserver-1.36/admission-custom-resource-with-proto-key.json": [
    "example.com/Rollout shop/proto CREATE",
    ["containers/x=evil.example/x:1"],
  ],
  "kube-apiserver-1.36/admission-daemonset-create.json": [
    "apps/DaemonSet shop/agent CREATE",
    [init, "containers/main=registry.example.com/team/agent:1.0", side],
  ],
  "kube-apiserver-1.36/admission-deployment-create.json": [
    "apps/Deployment shop/api CREATE",
    [init, "containers/main=registry.example.com/team/api:1.0", side],
  ],
  "kube-apiserver-1.36/admission-deployment-scale.json": ["autoscaling/Scale shop/api UPDATE unchanged", []],
  "kube-apiserver-1.36/admission-deployment-update-image.json": [
    "apps/Deployment shop/api UPDATE",
    [init, "containers/main=registry.example.com/team/api:2.0", side],
  ],
  "kube-apiserver-1.36/admission-job-create.json": [
    "batch/Job shop/job CREATE",
    [init, "containers/main=registry.example.com/team/job:1.0", side],
  ],
  "kube-apiserver-1.36/admission-pod-create-dry-run.json": [
    "/Pod shop/dry CREATE dry-run",
    ["containers/main=registry.example.com/team/dry:1.0", side],
  ],
  "kube-apiserver-1.36/admission-pod-create-generate-name.json": [
    "/Pod shop/batch-s9fxh CREATE",
    ["containers/main=registry.example.com/team/generated:1.0", side],
  ],
  "kube-apiserver-1.36/admission-pod-create-with-init-and-image-volume.json": [
    "/Pod shop/web CREATE",
    [model, init, "containers/main=registry.example.com/team/web:1.0", side],
  ],
  "kube-apiserver-1.36/admission-pod-delete.json": ["/Pod shop/web DELETE", []],
  "kube-apiserver-1.36/admission-pod-ephemeral-container.json": [
    "/Pod shop/web UPDATE",
    [model, init, "containers/main=registry.example.com/team/web:2.0", side, "ephemeralContainers/debug=docker.io/library/alpine:3.20"],
  ],
  "kube-apiserver-1.36/admission-pod-update-image.json": [
    "/Pod shop/web UPDATE",
    [model, init, "containers/main=registry.example.com/team/web:2.0", side],
  ],
  "kube-apiserver-1.36/admission-pod-update-labels-only.json": [
    "/Pod shop/web UPDATE unchanged",
    [model, init, "containers/main=registry.example.com/team/web:1.0", side],
  ],
  "kube-apiserver-1.36/admission-podtemplate-create.json": [
    "/PodTemplate shop/tpl CREATE",
    [init, "containers/main=registry.example.com/team/tpl:1.0", side],
  ],
  "kube-apiserver-1.36/admission-replicaset-create.json": [
    "apps/ReplicaSet shop/rs CREATE",
    [init, "containers/main=registry.example.com/team/rs:1.0", side],
  ],
  "kube-apiserver-1.36/admission-replicationcontroller-create.json": [
    "/ReplicationController shop/old CREATE",
    [init, "containers/main=registry.example.com/team/old:1.0", side],
  ],
  "kube-apiserver-1.36/admission-statefulset-create.json": [
    "apps/StatefulSet shop/db CREATE",
    [init, "containers/main=registry.example.com/team/db:1.0", side],
  ],
  "kube-apiserver-1.36/image-review-dry-run.json": ["/Pod shop/ CREATE", ["any/=registry.example.com/team/dry:1.0", "any/=nginx"]],
  "kube-apiserver-1.36/image-review-ephemeral-container.json": ["/Pod shop/ CREATE", ["any/=docker.io/library/alpine:3.20"]],
  "kube-apiserver-1.36/image-review-pod-create.json": [
    "/Pod shop/ CREATE",
    ["any/=registry.example.com/team/web:1.0", "any/=nginx", "any/=busybox:1.36"],
  ],
};

const files = ["kube-apiserver-1.20", "kube-apiserver-1.36"].flatMap((folder) =>
  readdirSync(new URL(folder, recordings)).map((file) => `${folder}/${file}`),
);

function readRecording(file: string): { readonly kind: string; readonly body: Buffer } {
  const { body } = JSON.parse(readFileSync(new URL(file, recordings), "utf8"));
  return { kind: body.kind, body: Buffer.from(JSON.stringify(body)) };
}

function parse(file: string): Review {
  const { kind, body } = readRecording(file);
  const parseReview = kind === "ImageReview" ? parseImageReview : parseAdmissionReview;
  const review = parseReview(body, { cluster: "blue", unknownImageLists: "report" });
  if (!review.ok) throw new Error(review.message);
  return review;
}

function summary({ dryRun, workload }: Review): string {
  const { group, kind, namespace, name, operation, imagesUnchanged } = workload;
  return `${group}/${kind} ${namespace}/${name} ${operation}${imagesUnchanged ? " unchanged" : ""}${dryRun ? " dry-run" : ""}`;
}

function imagesOf({ images }: Workload): string[] {
  return images.map(({ field, container, image }) => `${field}/${container}=${image}`);
}

describe("the recordings of kube-apiserver", () => {
  it("are all expected here", () => {
    expect(files).toEqual(Object.keys(expected));
  });

  it.each(files)("%s yields its workload", (file) => {
    const review = parse(file);

    expect([summary(review), imagesOf(review.workload)]).toEqual(expected[file]);
    expect(review.workload).toMatchObject({ cluster: "blue", unknownImageLists: [] });
  });

  it.each(files.filter((file) => readRecording(file).kind === "AdmissionReview"))("%s has its uid and apiVersion echoed", (file) => {
    const sent = JSON.parse(readRecording(file).body.toString());

    const review = parse(file);

    expect([review.uid, review.apiVersion, review.workload.via]).toEqual([sent.request.uid, sent.apiVersion, "admission"]);
  });

  it.each([
    ["kube-apiserver-1.20/003-ImageReview--.json", { "mycluster.image-policy.k8s.io/ticket-1234": "break-glass" }],
    ["kube-apiserver-1.36/image-review-pod-create.json", { "ticket.image-policy.k8s.io/break-glass": "INC-1" }],
    ["kube-apiserver-1.36/image-review-dry-run.json", {}],
  ])("%s carries its annotations", (file, annotations) => {
    const review = parse(file);

    expect(review.workload.annotations).toEqual(annotations);
    expect(review.workload.via).toBe("image-review");
  });
});
