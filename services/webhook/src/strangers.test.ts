import { connect as connectTcp, type Socket } from "node:net";
import { connect } from "node:tls";
import { createCertificateAuthority } from "@portcullis/pki";
import { afterEach, describe, expect, it } from "vitest";
import { type CallingOptions, call, connectHttp2, sendHttp2 } from "./calling.ts";
import { frame, postHeaders, preface } from "./frames.ts";
import { reviewBody } from "./review-bodies.ts";
import { type StartedWebhook, startTestWebhook, testRules } from "./webhook-under-test.ts";

/** Polling ends when it comes true; a machine under load takes its time. */
const soon = { timeout: 10_000 };

const validate = { path: "/validate", body: reviewBody("validate") };
const nobodyIsOpen = { ...testRules, unauthenticatedClusters: [] };

describe("boundStrangers", () => {
  let started: StartedWebhook;
  const opened: Socket[] = [];
  afterEach(async () => {
    for (const socket of opened.splice(0)) socket.destroy();
    await started.webhook.close();
  });

  const ended = (reason: string) => started.metric(`portcullis_webhook_connections_refused_total{reason="${reason}"}`);

  it.each([
    ["says nothing", () => dial(started.port)],
    ["begins a handshake", () => dial(started.port, Buffer.from([0x16, 3, 1, 2, 0]))],
    ["says nothing after its handshake", () => shake(started.callerWith(undefined))],
    ["sends headers slowly over HTTP/1.1", () => shake(started.callerWith(undefined), Buffer.from("POST /validate HTTP/1.1\r\nhost: "))],
    ["keeps an HTTP/2 connection", () => shake(started.callerWith(undefined), preface)],
    ["never reads its refusal", () => shake(started.callerWith(undefined), unread)],
  ])("cuts a stranger who %s", async (_what, open) => {
    started = await startTestWebhook({ rules: nobodyIsOpen, limits: { maxStrangerAgeMs: 300 } });

    await closed(open());

    expect(await ended("slow")).toBe(1);
  });

  it("leaves an API server its connection, however long it says nothing", async () => {
    started = await startTestWebhook({ rules: nobodyIsOpen, limits: { maxStrangerAgeMs: 100 } });
    const session = connectHttp2(started.apiServer);
    await new Promise((resolve) => session.once("remoteSettings", resolve));
    await closed(shake(started.callerWith(undefined)));

    const answered = await sendHttp2(session, validate);

    session.destroy();
    expect(answered.status).toBe(200);
  });

  it("leaves callers without a certificate theirs where a cluster is open to them, and cuts those with a bad one", async () => {
    started = await startTestWebhook({ limits: { maxStrangerAgeMs: 500 } });
    const other = await createCertificateAuthority({ commonName: "other authority" });
    const session = connectHttp2(started.callerWith(undefined));
    await new Promise((resolve) => session.once("remoteSettings", resolve));
    await closed(shake(started.callerWith(await other.issue({ commonName: "kube-apiserver", usage: "client" }))));

    const answered = await sendHttp2(session, { ...validate, path: "/clusters/managed/validate" });

    session.destroy();
    expect(answered.status).toBe(200);
  });

  it("lets the oldest stranger go where there are too many, and goes on to answer API servers", async () => {
    started = await startTestWebhook({ rules: nobodyIsOpen, limits: { maxStrangers: 2, maxConnections: 4 } });
    const first = closed(await connected(dial(started.port)));
    for (let count = 0; count < 2; count += 1) await connected(dial(started.port));
    await first;

    const answered = await call("HTTP/2", started.apiServer, validate);

    expect(answered.status).toBe(200);
    expect(await ended("crowded")).toBe(2);
  });

  it("cuts an API server's HTTP/2 connection that is past its age, where answers are never read", async () => {
    started = await startTestWebhook({ limits: { maxConnectionAgeMs: 50, lastStreamMs: 100 } });

    const ending = closed(shake(started.apiServer, unread));

    await expect(ending).resolves.toBeUndefined();
  });

  it("counts failed handshakes, and logs each source once", async () => {
    started = await startTestWebhook();
    const old = { ...started.apiServer, minVersion: "TLSv1.1", maxVersion: "TLSv1.1" } as const;

    await closed(shake(old));
    await closed(shake(old));
    await expect.poll(() => ended("handshake"), soon).toBe(2);

    expect(started.logged.filter(({ msg }) => String(msg).startsWith("TLS handshake failed"))).toHaveLength(1);
  });

  function dial(port: number, bytes?: Buffer): Socket {
    return opening(connectTcp(port, "127.0.0.1"), bytes);
  }

  function shake(options: CallingOptions, bytes?: Buffer): Socket {
    const ALPNProtocols = bytes === preface || bytes === unread ? ["h2"] : ["http/1.1"];
    return opening(connect({ host: "127.0.0.1", servername: "localhost", ALPNProtocols, ...options }), bytes);
  }

  function opening(socket: Socket, bytes: Buffer | undefined): Socket {
    opened.push(socket);
    socket.on("error", () => undefined);
    socket.resume();
    if (bytes !== undefined) socket.write(bytes);
    return socket;
  }
});

/** A request whose answer has no room to arrive in (SETTINGS_INITIAL_WINDOW_SIZE is 0). */
const unread = Buffer.concat([preface, frame(4, 0, 0, Buffer.from([0, 4, 0, 0, 0, 0])), frame(1, 4, 1, postHeaders("/validate"))]);

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

function connected(socket: Socket): Promise<Socket> {
  return new Promise((resolve) => socket.once("connect", () => resolve(socket)));
}
