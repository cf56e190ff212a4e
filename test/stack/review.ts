import { type Agent, request } from "node:https";

/** Sends a body to `/validate` of a front-end on this machine, as an API server would. */
export function post(agent: Agent, port: number, body: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const options = { agent, host: "localhost", port, family: 4, path: "/validate?timeout=10s", method: "POST" };
    const outgoing = request({ ...options, headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) } });
    outgoing.on("error", reject);
    outgoing.on("response", (incoming) => {
      let text = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => {
        text += chunk;
      });
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body: text }));
      incoming.on("error", reject);
    });
    outgoing.end(body);
  });
}

/** The creation of a pod with one image. */
export function admissionReview(uid: string, image: string): string {
  const kind = { group: "", version: "v1", kind: "Pod" };
  const resource = { group: "", version: "v1", resource: "pods" };
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "app", namespace: "shop" },
    spec: { containers: [{ name: "app", image }] },
  };
  const common = { uid, kind, resource, requestKind: kind, requestResource: resource, name: "app", namespace: "shop" };
  const request_ = { ...common, operation: "CREATE", userInfo: {}, object, oldObject: null, dryRun: false };
  return JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: request_ });
}
