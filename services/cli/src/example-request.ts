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

/** Where the webhook is asked: a URL that its certificate is valid for, and the address behind it where that is another. */
export interface Target {
  readonly url: string;
  readonly address: string | undefined;
}

/** Hosts that development certificates name. */
const certified = ["127.0.0.1", "[::1]", "localhost"];
const unspecified: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "[::]": "[::1]" };

/** Where to ask from this machine, by the URL that the webhook listens on for ImageReviews. */
export function targetOf(imageReviewUrl: string): Target {
  const { hostname, port, pathname } = new URL(imageReviewUrl);
  const host = unspecified[hostname] ?? hostname;
  const isCertified = certified.includes(host);
  return { url: `https://${isCertified ? host : "localhost"}:${port}${pathname}`, address: isCertified ? undefined : host };
}

export interface CurlCommand {
  readonly target: Target;
  readonly body: string;
  readonly files: ClientFiles;
  /** Where it will be pasted; undefined: anywhere. */
  readonly folder: string | undefined;
}

/** One line for `sh`. */
export function curlCommand({ target: { url, address }, body, files, folder }: CurlCommand): string {
  const from = (file: string) => shellQuoted(folder === undefined ? file : nameFrom(folder, file));
  return [
    "curl --silent --show-error",
    ...(address === undefined ? [] : [`--resolve ${shellQuoted(`localhost:${new URL(url).port}:${address}`)}`]),
    `--cacert ${from(files.caFile)} --cert ${from(files.certFile)} --key ${from(files.keyFile)}`,
    `--header 'Content-Type: application/json' --data ${shellQuoted(body)}`,
    shellQuoted(url),
  ].join(" ");
}

function shellQuoted(text: string): string {
  return /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Sends a body as JSON with a client certificate, and returns what came back. */
export function post({ url, address }: Target, body: string, tls: { ca: string; cert: string; key: string }): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const { hostname, port, pathname } = new URL(url);
  const bare = (host: string) => host.replace(/^\[(.*)\]$/, "$1");
  const sent = request({
    ...tls,
    ...{ host: bare(address ?? hostname), port, path: pathname, method: "POST", agent: false },
    ...(address === undefined ? {} : { servername: hostname }),
    headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
  });
  sent.on("response", (response) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    response.on("error", reject);
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}
