import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { toStartError } from "./start-error.ts";

/** Whether this process wants traffic, and why. `details` is JSON. */
export interface Readiness {
  readonly ready: boolean;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AdminServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly metrics: Registry;
  readonly readiness: () => Readiness;
  readonly log: Logger;
}

export interface AdminServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** Plain HTTP: `/livez`, `/readyz` (200 or 503, with details as JSON), `/metrics`. Rejects with `StartError`. */
export async function createAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const { host, log } = options;
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      log.error({ err: error }, "admin request failed");
      if (!response.headersSent) send(response, 500, "text/plain", "internal error\n");
    });
  });
  // Probes and scrapes are short; whoever sends slower than this is neither.
  server.requestTimeout = 10_000;
  const port = await listen(server, options);
  return {
    port,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    close: () => close(server),
  };
}

async function answer({ metrics, readiness }: AdminServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return send(response, 405, "text/plain", "only GET\n");
  }
  switch (request.url?.split("?", 1)[0]) {
    case "/livez":
      return send(response, 200, "text/plain", "ok\n");
    case "/readyz": {
      const { ready, details } = readiness();
      return send(response, ready ? 200 : 503, "application/json", `${JSON.stringify({ ready, ...details })}\n`);
    }
    case "/metrics":
      return send(response, 200, metrics.contentType, await metrics.metrics());
    default:
      return send(response, 404, "text/plain", "this port answers /livez, /readyz and /metrics\n");
  }
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { "content-type": contentType, "content-length": Buffer.byteLength(body), "cache-control": "no-store" });
  response.end(body);
}

function listen(server: Server, { host, port }: AdminServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(toStartError(error, { what: "admin server", host, port, setting: "admin.port" })));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
