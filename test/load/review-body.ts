import { readFileSync } from "node:fs";

/** A body of fixed length whose images and uid differ from call to call, so that no cache answers. */
export interface BodySource {
  readonly size: number;
  /** The same buffer every time, with the next number written into it; send it before you ask again. */
  next(): Buffer;
}

const serial = "0000000000";
const containerNames = ["api", "proxy", "metrics"];
const targetBytes = 4_800;

/**
 * A recorded creation of a Pod, grown to three containers and 4.8 KB as a real one is: by variables, probes and mounts. One long text
 * would grow it by nothing that has to be told apart.
 */
export function admissionBodies(distinct: boolean): BodySource {
  const { body: review } = JSON.parse(
    readFileSync(new URL("../fixtures/kube-apiserver-1.36/admission-pod-create-with-init-and-image-volume.json", import.meta.url), "utf8"),
  );
  const pod = review.request.object;
  review.request.uid = `00000000-0000-4000-8000-00${serial}`;
  const [container] = pod.spec.containers;
  pod.spec.containers = containerNames.map((name) => ({
    ...container,
    name,
    image: `internal-registry.io/shop/${name}:1.25.${serial}`,
    env: [
      { name: "LOG_LEVEL", value: "info" },
      { name: "POD_NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } },
    ],
    readinessProbe: {
      httpGet: { path: "/readyz", port: 8080, scheme: "HTTP" },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    },
    volumeMounts: [{ name: "api-access", readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" }],
    resources: { limits: { cpu: "500m", memory: "512Mi" }, requests: { cpu: "100m", memory: "128Mi" } },
  }));
  pod.spec.initContainers = undefined;
  pod.spec.volumes = [
    { name: "api-access", projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: "token" } }] } },
  ];
  pod.metadata.annotations = { "example.com/note": "" };
  const missing = targetBytes - Buffer.byteLength(JSON.stringify(review));
  pod.metadata.annotations["example.com/note"] = "x".repeat(Math.max(0, missing));
  return bodies(JSON.stringify(review), distinct);
}

/** An ImageReview as kube-apiserver sends it for the same Pod. */
export function imageReviewBodies(distinct: boolean): BodySource {
  const containers = containerNames.map((name) => ({ image: `internal-registry.io/shop/${name}:1.25.${serial}` }));
  const review = {
    kind: "ImageReview",
    apiVersion: "imagepolicy.k8s.io/v1alpha1",
    metadata: {},
    spec: { containers, namespace: "default" },
    status: { allowed: false },
  };
  return bodies(JSON.stringify(review), distinct);
}

function bodies(text: string, distinct: boolean): BodySource {
  const buffer = Buffer.from(text);
  const places: number[] = [];
  for (let at = buffer.indexOf(serial); at >= 0; at = buffer.indexOf(serial, at + 1)) places.push(at);
  let count = 0;
  return {
    size: buffer.length,
    next() {
      count = distinct ? count + 1 : (count + 1) % 64;
      const digits = String(count).padStart(serial.length, "0");
      for (const place of places) buffer.write(digits, place, "latin1");
      return buffer;
    },
  };
}
