import type { Client } from "@grpc/grpc-js";
import { generateSigningKey, memoryRevisionLog } from "@portcullis/policy-bus";
import { startTcpProxy } from "@portcullis/testing";
import { PolicyAdminServiceService as service } from "@portcullis/wire/policy";
import { describe, expect, it } from "vitest";
import { aCase, aFolder, aReport, onlyInternal, policyText, publishTo } from "./administration-fixture.ts";
import { aControlService } from "./control-under-test.ts";
import type { PublishStep } from "./publish-progress.ts";
import type { RolloutStatus } from "./rollout-status.ts";

const strict = aFolder(policyText("pinned", "require: { digest: true }"));

describe("createControlServer", () => {
  it("publishes a folder in the name of the caller's certificate, and tells progress and report as a local administration does", async () => {
    const { remote, administration, lines } = await aControlService();
    const steps: PublishStep[] = [];
    const bundle = aFolder(onlyInternal, { "cases.yaml": aCase("internal-registry.io/a", "allow") });

    const result = await remote.publish({ bundle, audience: ["*"], onProgress: (step) => steps.push(step) });

    const [revision] = (await administration.revisions()).revisions;
    expect(result).toMatchObject({ outcome: "published", revision, report: { policies: 1, cases: { cases: 1, passed: 1 } } });
    expect(revision?.manifest.publisher).toBe("CN=admin");
    expect(steps.map(({ step }) => step)).toEqual([
      "verified",
      ...Array.from({ length: 3 }, () => ["checking", "checked"]).flat(),
      "compared",
      "verified",
      "append",
    ]);
    expect(lines).toContainEqual(
      expect.objectContaining({ operation: "publish", caller: "CN=admin", outcome: "published", token: revision?.token }),
    );
  });

  it("takes a folder of many chunks", async () => {
    const { remote, administration } = await aControlService();
    const list = Array.from({ length: 150_000 }, (_, index) => `registry.example/team-${index}/app`).join("\n");
    const bundle = aFolder(policyText("listed", "denyFrom: [list.txt]"), { "list.txt": list });

    const result = await remote.publish({ bundle, audience: ["*"] });

    expect(result).toMatchObject({ outcome: "published", report: { patterns: 150_000 } });
    expect((await administration.show("newest")).bundle.files.map(({ path }) => path)).toEqual(["list.txt", "policies.yaml"]);
  });

  it("answers every outcome as a value", async () => {
    const log = memoryRevisionLog();
    const { remote, administration } = await aControlService({ log });
    const first = await publishTo(administration);

    const unchanged = await remote.publish({ bundle: aFolder(), audience: ["*"] });
    const dryRun = await remote.publish({ bundle: strict, audience: ["*"], isDryRun: true });
    const refused = await remote.publish({ bundle: aFolder("kind: ImagePolicy"), audience: ["*"] });
    const conflict = await remote.publish({ bundle: strict, audience: ["*"], base: null });

    expect(unchanged).toMatchObject({ outcome: "unchanged", revision: first });
    expect(dryRun).toMatchObject({ outcome: "dry-run", token: { revision: 2 }, report: { changes: [{ token: first.token }] } });
    expect(refused).toMatchObject({
      outcome: "refused",
      code: "control-policies-invalid",
      report: { policies: 0 },
    });
    expect(conflict).toMatchObject({ outcome: "conflict", won: first });
  });

  it("rolls back, widens, lists, shows, and compares", async () => {
    const { remote } = await aControlService();
    const first = await publishTo(remote);
    const canary = await publishTo(remote, { bundle: strict, audience: ["canary"] });

    const wide = await remote.widen({ revision: 2, audience: ["*"] });
    const back = await remote.rollback({ to: 1, audience: ["*"] });
    const { revisions, lineage } = await remote.revisions();

    expect(wide).toMatchObject({ outcome: "published", revision: { manifest: { widens: 2, bundle: canary.manifest.bundle } } });
    expect(back).toMatchObject({ outcome: "published", revision: { manifest: { rollbackOf: 1, bundle: first.manifest.bundle } } });
    expect({ lineage, count: revisions.length, first: revisions[0] }).toEqual({ lineage: "policies", count: 4, first });
    expect(await remote.show({ epoch: 1, revision: 2 })).toEqual({ revision: canary, bundle: strict });
    expect(await remote.diff({ revision: 1 }, { revision: 2 })).toMatchObject({ difference: { policies: { added: ["pinned"] } } });
    await expect(remote.show({ revision: 9 })).rejects.toMatchObject({ name: "ControlError", code: "control-no-such-revision" });
  });

  it("watches a rollout until it ends, and tells fleet and timeline", async () => {
    const { remote, administration } = await aControlService();
    const revision = await publishTo(remote);
    const rollout = remote.rollout({})[Symbol.asyncIterator]();

    const first = await rollout.next();
    await administration.log.reportStatus(aReport(revision));
    const statuses: RolloutStatus[] = [];
    for (let next = await rollout.next(); next.done !== true; next = await rollout.next()) statuses.push(next.value);

    expect(first.value).toMatchObject({ outcome: "pending", end: null });
    expect(statuses.at(-1)).toMatchObject({ end: "all-acked", clusters: [{ cluster: "blue", replicas: [{ progress: "acked" }] }] });
    expect(await remote.fleet()).toMatchObject({ clusters: [{ target: revision.token, replicas: [{ standing: "current" }] }] });
    expect(await remote.timeline("newest")).toEqual(await administration.timeline("newest"));
  });

  it("lets nobody in whose name is not allowed, and counts them", async () => {
    const { connect, telemetry, administration } = await aControlService();
    const stranger = await connect("CN=webhook");

    const publishing = stranger.publish({ bundle: aFolder(), audience: ["*"] });

    await expect(publishing).rejects.toMatchObject({ code: "control-request-refused" });
    await expect(stranger.fleet()).rejects.toMatchObject({ code: "control-request-refused" });
    expect((await administration.revisions()).revisions).toEqual([]);
    expect(await telemetry.metrics.metrics()).toMatch(/portcullis_control_refused_calls_total 2/u);
  });

  it("takes neither new keys nor a new epoch from callers", async () => {
    const { remote } = await aControlService();

    const keys = remote.rotateKeys({ nextKeys: [generateSigningKey().entry] });
    const epoch = remote.publish({ bundle: aFolder(), audience: ["*"], newEpoch: {} });

    await expect(keys).rejects.toMatchObject({ code: "control-not-offered" });
    await expect(epoch).rejects.toMatchObject({ code: "control-not-offered" });
  });

  it("publishes for one caller at a time, and names who does", async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const store = memoryRevisionLog();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const append: typeof store.append = async (entry, options) => {
      begin();
      await held;
      return store.append(entry, options);
    };
    const { remote, connect } = await aControlService({ log: { ...store, append } });
    const ci = await connect("CN=ci");

    const first = remote.publish({ bundle: aFolder(), audience: ["*"] });
    await begun;
    const second = ci.publish({ bundle: strict, audience: ["*"] });

    await expect(second).rejects.toMatchObject({ code: "control-busy", message: expect.stringContaining('"CN=admin"') });
    release();
    expect(await first).toMatchObject({ outcome: "published" });
  });

  it("carries a publication through although its caller was cut off, who finds out that it is published", async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const store = memoryRevisionLog();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const append: typeof store.append = async (entry, options) => {
      begin();
      await held;
      return store.append(entry, options);
    };
    const { server, connect, lines, administration } = await aControlService({ log: { ...store, append } });
    await using proxy = await startTcpProxy(server.port);
    const remote = await connect("CN=admin", proxy.port);

    const publishing = remote.publish({ bundle: aFolder(), audience: ["*"] });
    await begun;
    proxy.cut();
    proxy.heal();
    release();

    expect(await publishing).toMatchObject({ outcome: "published", revision: { token: { revision: 1 } } });
    expect((await administration.revisions()).revisions).toHaveLength(1);
    expect(lines.filter(({ operation }) => operation === "publish").map(({ outcome }) => outcome)).toEqual(["published", "conflict"]);
  });

  it("does not undo the rollback of a publication whose caller was cut off and asks again", async () => {
    const store = memoryRevisionLog();
    let onAppend = () => {};
    const append: typeof store.append = async (entry, options) => {
      onAppend();
      return store.append(entry, options);
    };
    const { server, connect, administration } = await aControlService({ log: { ...store, append } });
    const first = await publishTo(administration);
    await using proxy = await startTcpProxy(server.port);
    const remote = await connect("CN=admin", proxy.port);
    onAppend = () => proxy.cut();

    const publishing = remote.publish({ bundle: strict, audience: ["*"] });
    await expect.poll(async () => (await administration.revisions()).revisions.length).toBe(2);
    await administration.rollback({ to: first.token.revision, audience: ["*"] });
    onAppend = () => {};
    proxy.heal();

    expect(await publishing).toMatchObject({ outcome: "conflict", won: { token: { revision: 3 } } });
    expect((await administration.revisions()).revisions).toHaveLength(3);
  });

  it("finishes a publication that is under way before it drains, and tells watchers to go", async () => {
    const { remote, server } = await aControlService();
    await publishTo(remote);
    const rollout = remote.rollout({})[Symbol.asyncIterator]();
    await rollout.next();

    const publishing = remote.publish({ bundle: strict, audience: ["*"] });
    const coming = rollout.next();
    const drained = server.drain();

    await expect(coming).rejects.toMatchObject({ code: "control-draining" });
    expect(await publishing).toMatchObject({ outcome: "published" });
    await drained;
  });

  it("refuses an upload that is larger than it may be before it is sent", async () => {
    const { remote } = await aControlService({ maxBundleBytes: 10 });

    await expect(remote.publish({ bundle: aFolder(), audience: ["*"] })).rejects.toMatchObject({ code: "control-upload-too-large" });
  });

  it("gives an upload up that does not end, and lets others publish", async () => {
    const { rawClient, remote } = await aControlService({ uploadTimeoutMs: 200 });
    const call = startPublishing(await rawClient());

    call.write(aStart({}));

    expect((await endOf(call)).message).toMatch(/control-upload-timeout/);
    expect(await remote.publish({ bundle: aFolder(), audience: ["*"] })).toMatchObject({ outcome: "published" });
  });

  it("forgets an upload whose caller is gone, and lets others publish at once", async () => {
    const { rawClient, remote } = await aControlService();
    const call = startPublishing(await rawClient());
    const ended = endOf(call);
    call.write(aStart({}));
    await expect.poll(() => remote.publish({ bundle: aFolder(), audience: ["*"] }).catch(String)).toMatch(/publishes now/);

    call.cancel();
    await ended;

    await expect.poll(() => remote.publish({ bundle: aFolder(), audience: ["*"] })).toMatchObject({ outcome: "published" });
  });

  it.each([
    ["without a start", [{ part: { $case: "chunk" as const, value: Buffer.alloc(1) } }], /start: is missing/],
    ["of nothing", [], /start: is missing/],
    ["without an audience", [aStart({ audience: [] })], /options\.audience: is empty/],
    ["that ends too early", [aStart({})], /ended after 0 of 3 bytes/],
    ["that goes on", [aStart({}), { part: { $case: "chunk" as const, value: Buffer.alloc(4) } }], /goes on after the 3 bytes/],
    ["of other bytes", [aStart({}), { part: { $case: "chunk" as const, value: Buffer.alloc(3) } }], /holds no bundle/],
  ])("refuses a stream %s", async (_what, messages, expected) => {
    const { rawClient, administration } = await aControlService();
    const call = startPublishing(await rawClient());
    const ended = endOf(call);

    for (const message of messages) call.write(message);
    call.end();

    expect((await ended).message).toMatch(expected);
    expect((await administration.revisions()).revisions).toEqual([]);
  });
});

type PublishCall = ReturnType<typeof startPublishing>;

function startPublishing(client: Client) {
  const { path, requestSerialize, responseDeserialize } = service.publish;
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  call.on("data", () => undefined);
  return call;
}

function endOf(call: PublishCall): Promise<Error> {
  return new Promise((resolve) => call.once("error", resolve));
}

function aStart({ audience = ["*"] }: { readonly audience?: readonly string[] }) {
  const options = { audience, isDryRun: false, isForced: false, base: undefined, timeoutMs: 0 };
  const value = { bundleDigest: `sha256:${"0".repeat(64)}`, bundleSizeBytes: 3, options, acceptsHoles: false };
  return { part: { $case: "start" as const, value } };
}
