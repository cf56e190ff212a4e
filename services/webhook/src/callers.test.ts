import { createCertificateAuthority } from "@portcullis/pki";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CallingOptions, call, connectHttp2, httpVersions, sendHttp2 } from "./calling.ts";
import { reviewBody } from "./review-bodies.ts";
import { reviewPaths } from "./review-protocol.ts";
import { type StartedWebhook, startTestWebhook } from "./webhook-under-test.ts";

const everywhere = reviewPaths.flatMap((path) => httpVersions.map((version) => [path, version] as const));
const dayMs = 86_400_000;

describe("who may ask", () => {
  let started: StartedWebhook;
  let asked: string[];
  let nowMs: number;
  beforeAll(async () => {
    asked = [];
    nowMs = Date.now();
    started = await startTestWebhook({ now: () => nowMs }, (workload) => asked.push(workload.cluster));
  });
  afterAll(() => started.webhook.close());

  async function caller(
    commonName: string,
    more: { dnsNames?: string[]; notBefore?: Date; notAfter?: Date } = {},
  ): Promise<CallingOptions> {
    return started.callerWith(await started.ca.issue({ commonName, usage: "client", ...more }));
  }

  describe.each(everywhere)("on /%s over %s", (path, version) => {
    const ask = (options: CallingOptions, prefix = "") => call(version, options, { path: `${prefix}/${path}`, body: reviewBody(path) });

    it("answers the API server that a certificate names, for its cluster", async () => {
      const byName = await ask(started.apiServer);
      const bySan = await ask(await caller("anything", { dnsNames: ["api.prod-1.example"] }));

      expect([byName.status, bySan.status]).toEqual([200, 200]);
      expect(asked.splice(0)).toEqual(["default", "prod-1"]);
    });

    it("answers below the path of the certificate's own cluster", async () => {
      const answered = await ask(started.apiServer, "/clusters/default");

      expect(answered.status).toBe(200);
      expect(asked.splice(0)).toEqual(["default"]);
    });

    it("wants the path to say which cluster when a certificate speaks for several", async () => {
      const both = await caller("two-clusters");

      const unnamed = await ask(both);
      const west = await ask(both, "/clusters/west");

      expect([unnamed.status, west.status]).toEqual([403, 200]);
      expect(JSON.parse(unnamed.text)).toMatchObject({ code: "caller-of-several-clusters" });
      expect(asked.splice(0)).toEqual(["west"]);
    });

    it("refuses everybody else with a sentence, and asks nobody", async () => {
      const stranger = await createCertificateAuthority({ commonName: "another authority" });
      const expired = { notBefore: new Date(Date.now() - 2 * dayMs), notAfter: new Date(Date.now() - dayMs) };
      const future = { notBefore: new Date(Date.now() + dayMs), notAfter: new Date(Date.now() + 2 * dayMs) };
      const untrusted = started.callerWith(await stranger.issue({ commonName: "kube-apiserver", usage: "client" }));
      const server = started.callerWith(await started.ca.issue({ commonName: "kube-apiserver", usage: "server" }));

      const refusals = [
        await ask(started.callerWith(undefined)),
        await ask(untrusted),
        await ask(server),
        await ask(await caller("kube-apiserver", expired)),
        await ask(await caller("kube-apiserver", future)),
        await ask(await caller("kube-apiserver.evil.example")),
        await ask(await caller("CN=kube-apiserver")),
        await ask(started.apiServer, "/clusters/prod-1"),
        await ask(started.apiServer, "/clusters/managed"),
      ];

      expect(refusals.map(({ status, text }) => [status, JSON.parse(text).code])).toEqual([
        [401, "caller-without-certificate"],
        [401, "caller-untrusted"],
        [401, "caller-untrusted"],
        [401, "caller-expired"],
        [401, "caller-expired"],
        [403, "caller-unknown"],
        [403, "caller-unknown"],
        [403, "caller-of-other-cluster"],
        [403, "caller-of-other-cluster"],
      ]);
      expect(asked.splice(0)).toEqual([]);
    });

    it("answers callers without a certificate only below a cluster that was opened for them", async () => {
      const nobody = started.callerWith(undefined);

      const opened = await ask(nobody, "/clusters/managed");
      const others = [
        await ask(nobody, "/clusters/default"),
        await ask(nobody, "/clusters/managed%2F..%2Fdefault"),
        await ask(nobody, "/clusters/Managed"),
      ];

      expect(opened.status).toBe(200);
      expect(others.map(({ status }) => status)).toEqual([401, 401, 401]);
      expect(asked.splice(0)).toEqual(["managed"]);
    });

    it("refuses before the body is read", async () => {
      const answered = await call(version, started.callerWith(undefined), {
        path: `/${path}`,
        body: never(),
        headers: { "content-length": "1000" },
      });

      expect(answered.status).toBe(401);
    });
  });

  it("looks at the certificate's validity again at every request of a connection", async () => {
    const short = await caller("kube-apiserver", { notAfter: new Date(nowMs + 60_000) });
    const session = connectHttp2(short);
    const before = await sendHttp2(session, { path: "/validate", body: reviewBody("validate") });

    nowMs += 61_000;
    const after = await sendHttp2(session, { path: "/validate", body: reviewBody("validate") });

    session.destroy();
    nowMs -= 61_000;
    expect([before.status, after.status]).toEqual([200, 401]);
  });

  it("counts refusals by reason and logs each source once", async () => {
    const before = await started.metric('portcullis_webhook_callers_refused_total{code="caller-without-certificate"}');
    await call("HTTP/1.1", started.callerWith(undefined), { path: "/validate", body: "{}" });

    const after = await started.metric('portcullis_webhook_callers_refused_total{code="caller-without-certificate"}');

    expect(after).toBe(before + 1);
    expect(started.logged.filter(({ code }) => code === "caller-without-certificate")).toHaveLength(1);
  });

  it("says at start, and in a metric, that a cluster is open to anybody", async () => {
    const metric = await started.metric('portcullis_webhook_unauthenticated_cluster{cluster="managed"}');

    expect(metric).toBe(1);
    expect(started.logged.some(({ level, cluster }) => level === "warn" && cluster === "managed")).toBe(true);
  });

  it.each(httpVersions)("answers other paths and methods with 404 over %s and counts them", async (version) => {
    const before = await started.metric('portcullis_webhook_callers_refused_total{code="caller-wrong-path"}');

    const answers = [
      await call(version, started.apiServer, { path: "/policy", body: "{}" }),
      await call(version, started.apiServer, { path: "/clusters/default/policy", body: "{}" }),
      await call(version, started.apiServer, { path: "/validate", method: "PUT", body: "{}" }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(await started.metric('portcullis_webhook_callers_refused_total{code="caller-wrong-path"}')).toBe(before + 3);
  });
});

async function* never(): AsyncIterable<Buffer> {
  yield Buffer.from("{");
  await new Promise(() => undefined);
}
