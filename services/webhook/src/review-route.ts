import { constants, type Http2SecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { FastifyReply, FastifyRequest, RouteGenericInterface } from "fastify";
import { type CallerGate, sessionOf } from "./caller-gate.ts";
import type { Connections } from "./connections.ts";
import type { WebhookReply, WebhookServer } from "./https-server.ts";
import { isHttp2, type RawRequest } from "./received-body.ts";
import type { ReviewDesk } from "./review-desk.ts";
import type { ReviewProtocol } from "./review-protocol.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The cluster the caller speaks for; empty before that is known. */
    cluster: string;
    isLengthAnnounced: boolean;
  }
}

/** Where the two protocols are served; each also below `/clusters/<cluster>`. */
export interface ReviewUrls {
  readonly imageReview: string;
  readonly validate: string;
}

export const defaultReviewUrls: ReviewUrls = { imageReview: "/image-review", validate: "/validate" };

export interface ReviewRoutes {
  readonly app: WebhookServer;
  readonly paths: ReviewUrls;
  readonly gate: CallerGate;
  readonly desk: ReviewDesk;
  readonly connections: Connections;
}

interface ReviewRequest extends RouteGenericInterface {
  readonly Params: { readonly cluster?: string };
  readonly Querystring: { readonly timeout?: unknown };
}

type Request = FastifyRequest<ReviewRequest, Http2SecureServer, Http2ServerRequest>;
type Reply = FastifyReply<ReviewRequest, Http2SecureServer, Http2ServerRequest, Http2ServerResponse>;

/** Serves one protocol: who asks is checked before anything of the body is read, and the body has no say in the cluster. */
export function addReviewRoute({ app, gate, desk, connections }: ReviewRoutes, protocol: ReviewProtocol, url: string): void {
  function onRequest(request: Request, reply: Reply, done: () => void): void {
    const verdict = gate.admit(request.raw, request.params.cluster);
    if (typeof verdict === "string") {
      request.cluster = verdict;
      leaveBodyToDesk(request);
      done();
      return;
    }
    hangUpAfter(request, reply);
    const status = verdict.code === "caller-unknown" || verdict.code.startsWith("caller-of-") ? 403 : 401;
    reply.code(status).header("content-type", "application/json").send(JSON.stringify(verdict));
  }

  async function handler(request: Request, reply: Reply): Promise<string | undefined> {
    const { raw, cluster, isLengthAnnounced } = request;
    const answered = await desk.review(protocol, { raw, cluster, isLengthAnnounced, timeout: request.query.timeout });
    if (answered === undefined) {
      // Nobody waits for an answer to half a body, and none may be decided on.
      reply.hijack();
      cutOff(raw);
      return undefined;
    }
    if (!isHttp2(raw) && connections.mustClose(raw)) reply.header("connection", "close");
    if (answered.status !== 200) reply.code(answered.status);
    if (answered.status === 429) reply.header("retry-after", "1");
    reply.header("content-type", "application/json");
    return answered.body;
  }

  for (const prefix of ["", "/clusters/:cluster"]) app.post<ReviewRequest>(`${prefix}${url}`, { onRequest }, handler);
}

/**
 * A body is judged by what it is, not by what its headers call it. Without these, Fastify goes straight to the handler,
 * which reads the stream itself.
 */
function leaveBodyToDesk(request: Request): void {
  const { headers } = request.raw;
  request.isLengthAnnounced = headers["content-length"] !== undefined;
  headers["content-type"] = undefined;
  headers["content-length"] = undefined;
  headers["transfer-encoding"] = undefined;
}

function cutOff(raw: RawRequest): void {
  if (isHttp2(raw)) raw.stream.close(constants.NGHTTP2_CANCEL);
  else raw.destroy();
}

/** Ends the connection of a caller who is not answered: whatever body follows is not waited for. */
export function hangUpAfter({ raw }: { readonly raw: Http2ServerRequest }, reply: WebhookReply | Reply): void {
  const session = sessionOf(raw);
  if (session === undefined) {
    reply.header("connection", "close");
    return;
  }
  reply.raw.once("finish", () => {
    raw.stream.close();
    session.close();
  });
}
