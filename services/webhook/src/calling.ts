import { type ClientHttp2Session, connect } from "node:http2";
import { Agent, request } from "node:https";
import type { ConnectionOptions } from "node:tls";

/** How a caller reaches a webhook on loopback: its port, the CA it trusts, its certificate if it has one. */
export interface CallingOptions extends Pick<ConnectionOptions, "cert" | "key" | "minVersion" | "maxVersion" | "session"> {
  readonly port: number;
  readonly ca: string;
}

export const httpVersions = ["HTTP/1.1", "HTTP/2"] as const;
export type HttpVersion = (typeof httpVersions)[number];

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** One request to send. */
export interface Sent {
  readonly path: string;
  readonly body: string | Buffer | AsyncIterable<Buffer>;
  readonly method?: string;
  /** Sent as they are; `content-length` only if it stands here. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request over a connection of its own. Rejects when the connection ends before an answer. */
export function call(version: HttpVersion, options: CallingOptions, sent: Sent): Promise<Answered> {
  return version === "HTTP/2" ? callHttp2(options, sent) : callHttp1(options, sent);
}

async function callHttp1(options: CallingOptions, sent: Sent): Promise<Answered> {
  const agent = new Agent({ keepAlive: false });
  try {
    return await sendHttp1(agent, options, sent);
  } finally {
    agent.destroy();
  }
}

/** As `call` over HTTP/1.1, by an agent that may keep its connections. */
export function sendHttp1(agent: Agent, options: CallingOptions, { path, body, method = "POST", headers = {} }: Sent): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const outgoing = request({ host: "127.0.0.1", servername: "localhost", agent, path, method, headers, ...options }, (incoming) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("error", reject);
    incoming.on("end", () => {
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: Buffer.concat(chunks).toString() });
    });
  });
  outgoing.on("error", reject);
  void write(body, outgoing).catch(() => undefined);
  return promise;
}

async function callHttp2(options: CallingOptions, sent: Sent): Promise<Answered> {
  const session = connectHttp2(options);
  try {
    return await sendHttp2(session, sent);
  } finally {
    session.destroy();
  }
}

/** An HTTP/2 connection; close or destroy it. */
export function connectHttp2({ port, ...options }: CallingOptions): ClientHttp2Session {
  // Node's default of 10 MB would refuse to send large bodies side by side, which Go does.
  const session = connect(`https://127.0.0.1:${port}`, { servername: "localhost", maxSessionMemory: 1_000, ...options });
  // Each request on it reports the same error.
  session.on("error", () => undefined);
  return session;
}

/** As `call` over HTTP/2, as one stream of a session. */
export function sendHttp2(session: ClientHttp2Session, { path, body, method = "POST", headers = {} }: Sent): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const stream = session.request({ ":method": method, ":path": path, ...headers });
  const chunks: Buffer[] = [];
  let status = 0;
  let answered: Answered["headers"] = {};
  stream.on("response", (received) => {
    status = received[":status"] ?? 0;
    answered = { ...received };
  });
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("error", reject);
  stream.on("close", () => {
    if (status === 0) reject(new Error(`the stream ended without an answer (${stream.rstCode})`));
    else resolve({ status, headers: answered, text: Buffer.concat(chunks).toString() });
  });
  void write(body, stream).catch(() => undefined);
  return promise;
}

async function write(body: Sent["body"], target: NodeJS.WritableStream): Promise<void> {
  if (typeof body === "string" || Buffer.isBuffer(body)) {
    target.end(body);
    return;
  }
  for await (const chunk of body) {
    if (!target.write(chunk)) await new Promise((resolve) => target.once("drain", resolve));
  }
  target.end();
}
