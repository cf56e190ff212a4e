import { createHash, randomBytes } from "node:crypto";
import { connect } from "@nats-io/transport-node";
import { startNats, startNatsCluster } from "@portcullis/testing";
import { expect, it, onTestFinished } from "vitest";
import { aReplicaStatus } from "../replica-status-fixture.ts";
import { describeOnNats } from "./describe-on-nats-fixture.ts";
import { createNatsRevisionLog, type NatsRevisionLogOptions } from "./nats-revision-log.ts";
import { planStreams } from "./stream-plan.ts";

await describeOnNats("createNatsRevisionLog", (program) => {
  it("names what a single server does not keep", async () => {
    await using server = await startNats(program, { extra: "max_payload: 900KB" });
    const log = openLog([server.url]);
    await expect(log.selfCheck()).rejects.toMatchObject({ code: "bus-not-set-up" });
    await log.setUp({ replicas: 1 });

    const codes = new Set((await log.selfCheck()).map(({ code }) => code));

    const always = ["bus-payload-small", "bus-replicas-few", "bus-sync-interval-unknown"];
    expect([...codes].toSorted()).toEqual(program.version.startsWith("2.9.") ? [...always, "bus-server-old"].toSorted() : always);
  });

  it("finds nothing but the server's age to name in a cluster of three whose writes are synced", async () => {
    await using cluster = await startNatsCluster(program);
    const log = openLog(cluster.urls, { syncAlways: true });
    await log.setUp({ replicas: 3 });
    await log.setUp({ replicas: 3 });

    const codes = (await log.selfCheck()).map(({ code }) => code);

    expect(codes).toEqual(program.version.startsWith("2.9.") ? ["bus-server-old"] : []);
  });

  it("names the options that a stream of somebody else lacks", async () => {
    await using server = await startNats(program);
    await createStream(server.url, {
      name: planStreams("default").policy.stream,
      subjects: ["portcullis.policy.default"],
      allow_direct: true,
    });
    const log = openLog([server.url]);
    await log.setUp({ replicas: 1 });

    const [ignored] = (await log.selfCheck()).filter(({ code }) => code === "bus-option-ignored");

    expect(ignored?.message).toMatch(/PORTCULLIS_POLICY_default.*allow_direct.*deny_delete.*deny_purge.*duplicate_window.*republish/);
  });

  it("says so where a single server is asked for three copies", async () => {
    await using server = await startNats(program);

    await expect(openLog([server.url]).setUp({ replicas: 3 })).rejects.toMatchObject({ code: "bus-rejected" });
  });

  it("keeps a bundle of 50 MB, and heals one that was damaged", { timeout: 120_000 }, async () => {
    await using server = await startNats(program);
    const log = openLog([server.url]);
    await log.setUp({ replicas: 1 });
    const bundle = randomBytes(50 * 1024 * 1024);
    const hex = createHash("sha256").update(bundle).digest("hex");
    await log.putBundle(`sha256:${hex}`, bundle);
    expect(Buffer.compare((await log.getBundle(`sha256:${hex}`)) ?? new Uint8Array(), bundle)).toBe(0);

    await using connection = await connect({ servers: [server.url] });
    await connection.request(`portcullis.bundles.default.${hex}.3`, "damaged");
    const damaged = await log.getBundle(`sha256:${hex}`);
    await log.putBundle(`sha256:${hex}`, bundle);

    expect(damaged).toBeUndefined();
    expect(await log.getBundle(`sha256:${hex}`)).toHaveLength(bundle.length);
  });

  it("reads, writes, notifies and reports through a leaf, from the hub's leader", async () => {
    await using hub = await startNats(program, { domain: "hub", acceptsLeaves: true });
    await using leaf = await startNats(program, { name: "leaf", domain: "leaf", remote: `nats-leaf://127.0.0.1:${hub.leafPort}` });
    const atHub = openLog([hub.url]);
    await atHub.setUp({ replicas: 1 });
    const atLeaf = openLog([leaf.url], { domain: "hub" });
    const heard = new Promise((resolve) => atLeaf.onNotification((entry) => (entry === undefined ? undefined : resolve(entry))));
    expect(await atLeaf.readHead()).toBeUndefined();

    const appended = await atHub.append({ envelope: Uint8Array.of(1) }, { expectedPosition: 0, messageId: "one" });
    await atLeaf.reportStatus(aReplicaStatus());

    expect(appended).toEqual({ outcome: "appended", position: 1 });
    expect(await heard).toEqual({ position: 1, envelope: Uint8Array.of(1), bundle: undefined });
    expect(await atLeaf.readHead()).toMatchObject({ position: 1 });
    expect(await atHub.readStatuses()).toEqual([aReplicaStatus()]);
  });

  it("takes no report from under the subject of another replica", async () => {
    await using server = await startNats(program);
    const log = openLog([server.url]);
    await log.setUp({ replicas: 1 });
    await using connection = await connect({ servers: [server.url] });

    await connection.request("portcullis.status.default.other.decision-0", JSON.stringify(aReplicaStatus()));

    expect(await log.readStatuses()).toEqual([]);
  });

  it("stores no report that is larger than what any replica writes", async () => {
    await using server = await startNats(program);
    const log = openLog([server.url]);
    await log.setUp({ replicas: 1 });
    await log.reportStatus(aReplicaStatus());
    await using connection = await connect({ servers: [server.url] });

    const answer = await connection.request("portcullis.status.default.default.decision-0", new Uint8Array(65 * 1024));

    expect(answer.json()).toMatchObject({ error: { code: 400 } });
    expect(await log.readStatuses()).toHaveLength(1);
  });

  it("says which right is missing", async () => {
    const users = `authorization { users: [{ user: u, password: p, permissions: { publish: "nothing" } }] }`;
    await using server = await startNats(program, { extra: users });
    const log = openLog([server.url], { user: "u", password: "p" });

    await expect(log.readHead()).rejects.toMatchObject({ code: "bus-rejected", message: expect.stringContaining("STREAM.MSG.GET") });
    await expect(log.append({ envelope: Uint8Array.of(1) }, { expectedPosition: 0, messageId: "one" })).rejects.toMatchObject({
      code: "bus-rejected",
    });
  });
});

function openLog(servers: readonly string[], options: Partial<NatsRevisionLogOptions> = {}) {
  const log = createNatsRevisionLog({ servers, name: "found", ...options });
  onTestFinished(() => log.close());
  return log;
}

async function createStream(url: string, stream: { readonly name: string } & Readonly<Record<string, unknown>>): Promise<void> {
  await using connection = await connect({ servers: [url] });
  await connection.request(`$JS.API.STREAM.CREATE.${stream.name}`, JSON.stringify(stream));
}
