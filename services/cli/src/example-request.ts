import { request } from "node:https";
import { nameFrom } from "./name-from.ts";

/** Files of a client that may ask: what a kubeconfig of kube-apiserver would name. */
export interface ClientFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** One request a reader can paste, and what it was answered just now. */
export interface ExampleRequest {
  readonly image: string;
  readonly command: string;
  readonly allowed: boolean;
  /** `status.reason`; empty for an allow. */
  readonly reason: string;
}

/** The ImageReview that kube-apiserver sends for a pod with one container. */
export function imageReviewOf(image: string): string {
  return JSON.stringify({
    apiVersion: "imagepolicy.k8s.io/v1alpha1",
    kind: "ImageReview",
    spec: { containers: [{ image }], namespace: "default" },
  });
}

export interface CurlCommand {
  readonly url: string;
  readonly body: string;
  readonly files: ClientFiles;
  /** Where it will be pasted; undefined: anywhere. */
  readonly folder: string | undefined;
}

/** One line for `sh`. */
export function curlCommand({ url, body, files, folder }: CurlCommand): string {
  const from = (file: string) => shellQuoted(folder === undefined ? file : nameFrom(folder, file));
  return [
    "curl --silent --show-error",
    `--cacert ${from(files.caFile)} --cert ${from(files.certFile)} --key ${from(files.keyFile)}`,
    `--header 'Content-Type: application/json' --data ${shellQuoted(body)}`,
    shellQuoted(url),
  ].join(" ");
}

function shellQuoted(text: string): string {
  return /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Sends a body as JSON with a client certificate, and returns what came back. */
export function post(
  url: string,
  body: string,
  tls: { readonly ca: string; readonly cert: string; readonly key: string },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const sent = request(url, { ...tls, method: "POST", headers, agent: false }, (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    response.on("error", reject);
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}
