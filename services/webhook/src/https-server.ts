import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { TlsFiles } from "@portcullis/pki";
import { type Telemetry, toStartError } from "@portcullis/telemetry";
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  type RouteGenericInterface,
} from "fastify";
import { keepAliveTimeoutMs, secureServerOptions, sessionIdleTimeoutMs, sessionWindowBytes } from "./tls-options.ts";
import type { WebhookLimits } from "./webhook-limits.ts";

export type WebhookServer = FastifyInstance<Http2SecureServer, Http2ServerRequest, Http2ServerResponse>;
export type WebhookRequest = FastifyRequest<RouteGenericInterface, Http2SecureServer, Http2ServerRequest>;
export type WebhookReply = FastifyReply<RouteGenericInterface, Http2SecureServer, Http2ServerRequest, Http2ServerResponse>;

/** Answers a request that is no review. */
export type AnswerUnknown = (request: WebhookRequest, reply: WebhookReply) => unknown;

export interface HttpsServerOptions {
  readonly tls: TlsFiles;
  readonly limits: WebhookLimits;
  readonly telemetry: Telemetry;
  /** Answers whatever is no review, a URL that cannot be read included. */
  readonly answerUnknown: AnswerUnknown;
}

/** HTTP/2 and HTTP/1.1 over TLS on one port, without routes. Bodies are left to the routes. */
export function createHttpsServer({ tls, limits, telemetry, answerUnknown }: HttpsServerOptions): WebhookServer {
  const app = fastify({
    http2: true,
    https: secureServerOptions(tls, limits),
    http2SessionTimeout: sessionIdleTimeoutMs,
    // A request log costs a third of the throughput; decisions are logged where they are made.
    logger: false,
    // Draining answers until the end; 503 without Retry-After would be an allow where `defaultAllow` is true.
    return503OnClosing: false,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 253 },
    frameworkErrors: (_error, request, reply) => answerUnknown(request, reply),
  });
  // Fastify sets this for HTTP/1.1 servers only; Node's default of 5 s would close connections that the API server still uses.
  Object.assign(app.server, { keepAliveTimeout: keepAliveTimeoutMs });
  app.server.on("session", (session) => session.setLocalWindowSize(sessionWindowBytes));
  app.server.maxConnections = limits.maxConnections;
  app.removeAllContentTypeParsers();
  app.decorateRequest("cluster", "");
  app.decorateRequest("isLengthAnnounced", false);
  // An expectation nobody knows is ignored, so that its sender proves who he is like everybody else.
  app.server.on("checkExpectation", (request, response) => app.server.emit("request", request, response));
  app.setNotFoundHandler(answerUnknown);
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { statusCode = 500 } = error;
    // Requests that are no review, such as a method that wants headers of its own.
    if (statusCode >= 400 && statusCode < 500) return answerUnknown(request, reply);
    telemetry.log.error({ err: error }, "a request failed");
    return reply.code(500).send({ code: "undecided-internal", message: "portcullis failed" });
  });
  return app;
}

/** Listens; port 0 is any free one. Resolves with the port, rejects with `StartError`. */
export async function listenOn(app: WebhookServer, { host, port }: { readonly host: string; readonly port: number }): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw toStartError(error, { what: "webhook", host, port, setting: "webhook.port" });
  }
  const address = app.server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
