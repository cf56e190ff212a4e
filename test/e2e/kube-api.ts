import { request } from "node:https";

/** What the API server answered: HTTP status, and the object or `Status` it sent. */
export interface KubeAnswer {
  readonly status: number;
  readonly body: KubeObject;
  /** Texts of the `Warning` headers. */
  readonly warnings: readonly string[];
}

/** As much of an object or a `Status` as the tests read. */
export interface KubeObject {
  readonly kind?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly metadata?: { readonly name?: string; readonly annotations?: Readonly<Record<string, string>> };
}

export interface KubeRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
}

/** Asks an API server as its administrator. */
export type KubeApi = (request: KubeRequest) => Promise<KubeAnswer>;

export function kubeApi({ port, ca, token }: { port: number; ca: string; token: string }): KubeApi {
  return async ({ method, path, body }) => {
    const type = method === "PATCH" ? "application/strategic-merge-patch+json" : "application/json";
    const headers = { authorization: `Bearer ${token}`, accept: "application/json", "content-type": type };
    return await new Promise<KubeAnswer>((resolve, reject) => {
      const call = request({ host: "127.0.0.1", port, path, method, ca, headers, timeout: 60_000 }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.once("error", reject).once("end", () => {
          resolve({ status: response.statusCode ?? 0, body: asObject(text), warnings: warningTexts(response.headers["warning"]) });
        });
      });
      call.once("timeout", () => call.destroy(new Error("the API server did not answer within 60 s")));
      call.once("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  };
}

/** `/readyz` and the like answer with plain text: it is taken as a message. */
function asObject(text: string): KubeObject {
  if (!text.startsWith("{")) return { message: text };
  const parsed: KubeObject = JSON.parse(text);
  return parsed;
}

function warningTexts(header: string | undefined): readonly string[] {
  return [...(header ?? "").matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? "").replaceAll(/\\(.)/g, "$1"));
}
