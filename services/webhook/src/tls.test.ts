import { X509Certificate } from "node:crypto";
import { Agent } from "node:https";
import { connect, type TLSSocket } from "node:tls";
import { createCertificateAuthority } from "@portcullis/pki";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CallingOptions, call, connectHttp2, httpVersions, sendHttp1, sendHttp2 } from "./calling.ts";
import { reviewBody } from "./review-bodies.ts";
import { type StartedWebhook, serverTls, startTestWebhook } from "./webhook-under-test.ts";

const validate = { path: "/validate", body: reviewBody("validate") };

describe("the webhook's TLS port", () => {
  let started: StartedWebhook;
  beforeEach(async () => {
    started = await startTestWebhook();
  });
  afterEach(() => started.webhook.close());

  it.each(["TLSv1.2", "TLSv1.3"] as const)("resumes no %s session, so that every connection proves who it is", async (version) => {
    const nobody = { ...started.callerWith(undefined), minVersion: version, maxVersion: version };
    const first = await handshake(nobody);

    const second = await handshake(nobody, first.session);
    const answered = await call("HTTP/1.1", { ...nobody, session: first.session }, validate);

    expect(second.isReused).toBe(false);
    expect(answered.status).toBe(401);
  });

  it("refuses TLS 1.1", async () => {
    const old = handshake({ ...started.apiServer, minVersion: "TLSv1.1", maxVersion: "TLSv1.1" });

    await expect(old).rejects.toThrow();
  });

  it.each(httpVersions)("takes up a new certificate over %s while open connections go on", async (version) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const session = connectHttp2(started.apiServer);
    const ask = () => (version === "HTTP/2" ? sendHttp2(session, validate) : sendHttp1(agent, started.apiServer, validate));
    await ask();

    const next = await serverTls(started.ca);
    started.webhook.reloadTls(next);
    const onOldConnection = await ask();
    const { serialNumber } = await handshake(started.apiServer);

    session.destroy();
    agent.destroy();
    expect(onOldConnection.status).toBe(200);
    expect(serialNumber).toBe(new X509Certificate(next.cert).serialNumber);
    expect(await started.metric('portcullis_webhook_tls_reloads_total{result="ok"}')).toBe(1);
  });

  it("checks new callers by a new client CA, and no longer by the old one", async () => {
    const nextCa = await createCertificateAuthority({ commonName: "next authority" });
    const caller = started.callerWith(await nextCa.issue({ commonName: "kube-apiserver", usage: "client" }));
    const before = await call("HTTP/2", caller, validate);

    started.webhook.reloadTls(await serverTls(started.ca, [nextCa]));
    const after = await call("HTTP/2", caller, validate);
    const old = await call("HTTP/2", started.apiServer, validate);

    expect([before.status, after.status, old.status]).toEqual([401, 200, 401]);
  });

  it("lets connections that were proven by the old client CA finish, and then asks them to prove themselves anew", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const session = connectHttp2(started.apiServer);
    await Promise.all([sendHttp2(session, validate), sendHttp1(agent, started.apiServer, validate)]);
    const goaway = new Promise((resolve) => session.once("goaway", resolve));

    started.webhook.reloadTls(await serverTls(started.ca, [await createCertificateAuthority({ commonName: "next authority" })]));
    const last = await sendHttp1(agent, started.apiServer, validate);
    await goaway;

    session.destroy();
    agent.destroy();
    expect([last.status, last.headers["connection"]]).toEqual([200, "close"]);
  });

  it("keeps its certificate when the new one is bad, and says so", async () => {
    const good = await serverTls(started.ca);

    started.webhook.reloadTls({ ...good, cert: Buffer.from("no certificate") });
    const answered = await call("HTTP/2", started.apiServer, validate);

    expect(answered.status).toBe(200);
    expect(started.webhook.readiness()).toMatchObject({ ready: true, details: { tls: { problem: expect.any(String) } } });
    expect(await started.metric('portcullis_webhook_tls_reloads_total{result="failed"}')).toBe(1);
  });

  it("says what is wrong with certificate files, until they are mended", async () => {
    started.webhook.reportTlsProblem(new Error("the key does not belong to the certificate"));
    const broken = started.webhook.readiness();

    started.webhook.reloadTls(await serverTls(started.ca));
    const mended = started.webhook.readiness();

    expect(broken.details["tls"]).toMatchObject({ problem: "the key does not belong to the certificate" });
    expect(mended.details["tls"]).not.toHaveProperty("problem");
  });
});

interface Handshake {
  readonly isReused: boolean;
  readonly serialNumber: string;
  readonly session: Buffer | undefined;
}

/** Opens a connection, waits for a session ticket as long as one may come, and closes it. */
async function handshake(options: CallingOptions, session?: Buffer): Promise<Handshake> {
  const socket = connect({
    host: "127.0.0.1",
    servername: "localhost",
    ALPNProtocols: ["http/1.1"],
    ...options,
    ...(session === undefined ? {} : { session }),
  });
  const tickets: Buffer[] = [];
  socket.on("session", (ticket: Buffer) => tickets.push(ticket));
  await opened(socket);
  // TLS 1.3 tickets come behind the handshake, before the first answer.
  socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  const serialNumber = socket.getPeerCertificate().serialNumber;
  const isReused = socket.isSessionReused();
  socket.destroy();
  return { isReused, serialNumber, session: tickets.at(-1) ?? socket.getSession() };
}

function opened(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
  });
}
