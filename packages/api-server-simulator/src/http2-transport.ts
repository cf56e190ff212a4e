import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
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

/** Keeps one HTTP/2 connection, as Go's client does; a new one after GOAWAY or a lost connection. */
export function http2Transport(options: TransportOptions): WebhookTransport {
  const url = new URL(options.url);
  let current: ClientHttp2Session | undefined;

  function session(): ClientHttp2Session {
    if (current !== undefined && !current.closed && !current.destroyed) return current;
    const { ca, cert, key, serverName } = options;
    const opened = connect(url.origin, {
      ca,
      ...(cert === undefined ? {} : { cert, key }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    });
    // Each request hears of the error itself; without a listener the process would too.
    opened.on("error", () => {});
    opened.on("goaway", () => opened.close());
    opened.unref();
    current = opened;
    return opened;
  }

  return {
    async send(request) {
      try {
        return await sendOn(session(), url, request);
      } catch (error) {
        // The server says that it has not looked at the request: Go sends it again on a new connection.
        if (error instanceof TransportError && isRefused(error.cause)) return sendOn(session(), url, request);
        throw error;
      }
    },
    close() {
      current?.destroy();
    },
  };
}

function sendOn(session: ClientHttp2Session, url: URL, { body, timeoutSeconds, timeoutMs }: WebhookRequest): Promise<WebhookResponse> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ":method": "POST",
      ":path": pathOf(url, timeoutSeconds),
      accept: "application/json, */*",
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "Go-http-client/2.0",
    });
    const timer = setTimeout(() => {
      reject(new TransportError("timeout", `no answer within ${timeoutMs} ms`));
      stream.close(constants.NGHTTP2_CANCEL);
    }, timeoutMs);
    stream.on("error", (error: Error) => reject(toTransportError(error)));
    stream.on("close", () => {
      clearTimeout(timer);
      reject(new TransportError("failed", "the stream ended before the answer did"));
    });
    collect(stream, resolve);
    stream.end(body);
  });
}

/** An answer counts when its stream ended well: a reset half-way ends it too, and is none. */
function collect(stream: ClientHttp2Stream, resolve: (response: WebhookResponse) => void): void {
  const chunks: Buffer[] = [];
  let status = 0;
  let retryAfter: string | undefined;
  stream.on("response", (headers) => {
    status = headers[":status"] ?? 0;
    retryAfter = headers["retry-after"];
  });
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("end", () => {
    if (status === 0 || stream.aborted) return;
    resolve({ status, retryAfterSeconds: retryAfterOf(retryAfter), body: Buffer.concat(chunks).toString() });
  });
}

function isRefused(cause: unknown): boolean {
  return cause instanceof Error && cause.message.includes("NGHTTP2_REFUSED_STREAM");
}
