import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DevelopmentPki, ensureDevelopmentPki } from "@portcullis/pki";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runWebhook } from "./run-webhook.ts";

describe("runWebhook", () => {
  let folder: string;
  let pki: DevelopmentPki;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "webhook-"));
    pki = await ensureDevelopmentPki(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  function settings(more: Readonly<Record<string, string>> = {}): string[] {
    const all = {
      "webhook-host": "127.0.0.1",
      "webhook-port": "0",
      "webhook-tls-cert-file": pki.server.certFile,
      "webhook-tls-key-file": pki.server.keyFile,
      "webhook-tls-client-ca-file": pki.caFile,
      "webhook-drain-delay-ms": "0",
      "decision-addresses": "127.0.0.1:1",
      "decision-tls-cert-file": pki.webhookClient.certFile,
      "decision-tls-key-file": pki.webhookClient.keyFile,
      "decision-tls-ca-file": pki.caFile,
      "admin-port": "0",
      "log-level": "silent",
      ...more,
    };
    return Object.entries(all).map(([name, value]) => `--${name}=${value}`);
  }

  async function run(args: readonly string[]) {
    const printed: string[] = [];
    const errors: string[] = [];
    const stop = AbortSignal.abort();
    const status = await runWebhook({ args, env: {}, stop, print: (text) => printed.push(text), printError: (text) => errors.push(text) });
    return { status, printed: printed.join(""), errors: errors.join("") };
  }

  it("serves until it is told to stop, and ends with 0", async () => {
    const { status, errors } = await run(settings());

    expect([status, errors]).toEqual([0, ""]);
  });

  it.each([
    ["a setting that does not exist", { "webhook-prot": "1" }, "--webhook-port"],
    ["allow for undecided ImageReviews", { "webhook-when-undecided-image-review": "allow" }, "refused"],
    ["one path for both protocols", { "webhook-paths-validate": "/image-review" }, "use two paths"],
    ["a path that hides those of a cluster", { "webhook-paths-validate": "/clusters/a/validate" }, "/clusters/"],
    ["a caller without a kind of name", { "webhook-callers": '[{"name":"kube-apiserver","cluster":"a"}]' }, "CN="],
    ["nobody who may ask", { "webhook-callers": "[]" }, "nobody may ask"],
    ["a certificate that is not there", { "webhook-tls-cert-file": "/does/not/exist.crt" }, "/does/not/exist.crt"],
    ["a key of another certificate", { "webhook-tls-key-file": "" }, "webhook.tls.keyFile"],
  ])("ends with 2 and a sentence for %s", async (_what, more, told) => {
    const { status, errors } = await run(settings(more));

    expect(status).toBe(2);
    expect(errors).toContain(told);
  });

  it("ends with 2 and a sentence when its port is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;

    const { status, errors } = await run(settings({ "webhook-port": String(port) }));

    other.close();
    expect([status, errors]).toEqual([2, expect.stringContaining(`127.0.0.1:${port}: the port is in use`)]);
  });

  it("prints every setting with its default", async () => {
    const { status, printed } = await run(["--help"]);

    expect(status).toBe(0);
    expect(printed).toContain("--webhook-when-undecided-validate");
  });
});
