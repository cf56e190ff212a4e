import { Agent, request as httpsRequest } from "node:https";
import {
  pathOf,
  retryAfterOf,
  TransportError,
  type TransportOptions,
  toTransportError,
  type WebhookRequest,
  type WebhookResponse,
  type WebhookTransport,
} from "./transport.ts";

/** How long Go keeps an idle connection open. */
const idleMs = 90_000;

/** HTTP/1.1 with connections that are kept: how kube-apiserver calls admission webhooks behind a Service. */
export function http1Transport(options: TransportOptions): WebhookTransport {
  const { ca, cert, key, serverName } = options;
  const url = new URL(options.url);
  const agent = new Agent({
    ca,
    keepAlive: true,
    timeout: idleMs,
    ...(cert === undefined ? {} : { cert, key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  return { send: (request) => sendWith(agent, url, request), close: () => agent.destroy() };
}

function sendWith(agent: Agent, url: URL, { body, timeoutSeconds, timeoutMs }: WebhookRequest): Promise<WebhookResponse> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new TransportError("timeout", `no answer within ${timeoutMs} ms`));
      request.destroy();
    }, timeoutMs);
    const request = httpsRequest(
      url,
      {
        agent,
        method: "POST",
        path: pathOf(url, timeoutSeconds),
        headers: {
          accept: "application/json, */*",
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          "user-agent": "kube-apiserver-admission",
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", (error) => reject(toTransportError(error)));
        response.on("end", () => {
          if (!response.complete) return;
          const retryAfterSeconds = retryAfterOf(response.headers["retry-after"]);
          resolve({ status: response.statusCode ?? 0, retryAfterSeconds, body: Buffer.concat(chunks).toString() });
        });
      },
    );
    request.on("error", (error) => reject(toTransportError(error)));
    request.on("close", () => {
      clearTimeout(timer);
      reject(new TransportError("failed", "the connection ended before the answer did"));
    });
    request.end(body);
  });
}
