import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { findFreePort, type NatsProgram, type NatsServer, startConfiguredNats } from "@portcullis/testing";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { aReplicaStatus } from "../replica-status-fixture.ts";
import { type Intruder, openIntruder } from "./bus-attempts-fixture.ts";
import { bodyOf, sent } from "./bus-subjects-fixture.ts";
import { describeOnNats } from "./describe-on-nats-fixture.ts";
import { generateNkeySeed, type NatsIdentity } from "./nats-identity.ts";
import { createNatsRevisionLog, type NatsRevisionLog } from "./nats-revision-log.ts";
import { type PlannedServers, startPlannedServers, untilConnected } from "./planned-servers-fixture.ts";

await describeOnNats("servers as writeServerConfig configures them", (program: NatsProgram) => {
  let servers: PlannedServers;
  let publisher: NatsRevisionLog;
  let hub: NatsServer;
  beforeAll(async () => {
    servers = await startPlannedServers(program);
    [hub] = servers.hub as [NatsServer];
    publisher = open("publisher");
    const setup = open("setup");
    await setup.setUp({ replicas: 1 });
    await setup.close();
  });
  afterAll(async () => {
    await publisher.close();
    await servers[Symbol.asyncDispose]();
  });

  function open(part: string, url = hub.url): NatsRevisionLog {
    return createNatsRevisionLog({ servers: [url], name: part, domain: "hub", nkeySeed: servers.secretOf(part) });
  }
  async function positionOfHead(): Promise<number> {
    return (await publisher.readHead())?.position ?? 0;
  }

  it("let nobody in without a credential, with one that nobody has, or at another's door", async () => {
    const nkey = (part: string): NatsIdentity => ({ nkeySeed: servers.secretOf(part) });
    const password = { user: "CLUSTER_a", password: servers.secretOf("leaf.a") };
    const tries: readonly (readonly [NatsServer, NatsIdentity])[] = [
      ...[hub, servers.leaf].flatMap((server) =>
        [{}, { nkeySeed: generateNkeySeed() }, password, { user: "route", password: servers.secretOf("route") }].map(
          (identity) => [server, identity] as const,
        ),
      ),
      [hub, nkey("replica.a.decision-0")],
      [servers.leaf, nkey("replica.b.decision-0")],
      [servers.leaf, nkey("publisher")],
      [servers.leaf, nkey("observer")],
    ];

    for (const [server, identity] of tries)
      await expect(openIntruder(server.url, identity)).rejects.toThrow(/authorization|authentication/i);
  });

  it.each([
    ["without a credential", ""],
    ["with a wrong password", `CLUSTER_a:${randomBytes(32).toString("base64url")}@`],
    ["as an account that has no leaf node", `CLUSTER_b:${randomBytes(32).toString("base64url")}@`],
  ])("let no leaf node in that comes %s", async (_how, userInfo) => {
    const rogue = await startRogueLeaf(program, `nats-leaf://${userInfo}127.0.0.1:${hub.leafPort}`);

    await untilWritten(rogue, "Authorization Violation");
    expect(await rogue.monitor("leafz")).toMatchObject({ leafnodes: 0 });
  });

  it("keep a leaf node that obeys nobody to what its cluster may", async () => {
    const intruder = await openRogue();

    const answered: string[] = [];
    for (const subject of sent.filter((one) => !tellsOnly.test(one))) {
      if ((await intruder.send(subject, bodyOf(subject))) === "answered") answered.push(subject);
    }

    expect(answered.filter((subject) => !ownServer.test(subject)).toSorted()).toEqual(
      [
        ...["POLICY", "BUNDLES"].flatMap((stream) =>
          ["INFO", "MSG.GET"].map((what) => `$JS.hub.API.STREAM.${what}.PORTCULLIS_${stream}_default`),
        ),
        ...["decision-0", "decision-1"].map((replica) => `portcullis.status.default.a.${replica}`),
      ].toSorted(),
    );
  });

  it("send a leaf node nothing but the news of revisions, and nothing from it to other clusters", async () => {
    const intruder = await openRogue();
    const overheard = new Set<string>();
    await intruder.listen(">", (subject) => overheard.add(subject));
    const other = open("replica.b.decision-0");
    onTestFinished(() => other.close());
    const heardByOther: unknown[] = [];
    other.onNotification((entry) => heardByOther.push(entry?.position));
    await other.reportStatus(aReplicaStatus({ cluster: "b" }));

    await intruder.send("portcullis.news.default", "forged");
    const position = await positionOfHead();
    const news = new Promise((resolve) => publisher.onNotification((entry) => (entry === undefined ? undefined : resolve(entry))));
    await publisher.append({ envelope: Uint8Array.of(1) }, { expectedPosition: position, messageId: `entry ${position}` });
    await news;
    await expect.poll(() => overheard.has("portcullis.news.default") && heardByOther.includes(position + 1)).toBe(true);

    expect([...overheard].filter((subject) => !/^_INBOX\.|^portcullis\.news\.default$/.test(subject))).toEqual([]);
    expect(heardByOther.filter((at) => at !== undefined)).toEqual([position + 1]);
  });

  it("store no answer that somebody has sent to where others write", async () => {
    const before = await positionOfHead();
    await publisher.readStatuses();
    const observer = await openIntruder(hub.url, { nkeySeed: servers.secretOf("observer") });
    const replica = await openIntruder(hub.url, { nkeySeed: servers.secretOf("replica.b.decision-0") });
    const rogue = await openRogue();
    const victim = open("replica.eu=2ewest");
    onTestFinished(() => victim.close());
    await victim.reportStatus(aReplicaStatus({ cluster: "eu.west", replica: "any" }));

    for (const intruder of [observer, replica, rogue]) {
      for (const target of ["portcullis.policy.default", "portcullis.status.default.eu%2ewest.any", "portcullis.reports.default.a.x"]) {
        const question = "$JS.hub.API.STREAM.INFO.PORTCULLIS_POLICY_default";
        expect(await intruder.send(question, "", target)).toBe("silent");
        // By now the one before has its answer.
        expect(await intruder.send(question)).toBe("answered");
      }
    }

    expect(await positionOfHead()).toBe(before);
    expect((await publisher.readStatuses()).map(({ cluster }) => cluster)).toContain("eu.west");
  });

  async function openRogue(): Promise<Intruder> {
    const remote = `nats-leaf://CLUSTER_a:${servers.secretOf("leaf.a")}@127.0.0.1:${hub.leafPort}`;
    const rogue = await startRogueLeaf(program, remote);
    await untilConnected(rogue);
    return openIntruder(rogue.url, {});
  }
});

/** Nobody answers to these. */
const tellsOnly = /^portcullis\.(news|reports)\.|^portcullis$|^_INBOX|^_R_|^\$GR|^_GR_|^\$NRG|^\$JSC|^\$JS\.(ACK|FC)|^\$SYS\.ACCOUNT/;
/** Answered by the leaf node itself, and by the hub about the account of the cluster. */
const ownServer = /^\$SYS\.REQ\.(USER\.INFO|ACCOUNT\.PING\.(CONNZ|STATZ)|SERVER\.PING\.CONNZ)$/;

/** A leaf node without users or rights of its own. */
async function startRogueLeaf(program: NatsProgram, remote: string): Promise<NatsServer> {
  const [clientPort, monitorPort] = await Promise.all([findFreePort(), findFreePort()]);
  const text = [
    `server_name: rogue-${clientPort}`,
    `listen: "127.0.0.1:${clientPort}"`,
    `http: "127.0.0.1:${monitorPort}"`,
    `leafnodes { reconnect: 1, remotes: [{ url: "${remote}" }] }`,
  ].join("\n");
  const started = await startConfiguredNats(program, [{ name: "rogue", text, clientPort, monitorPort, leafPort: 0 }]);
  onTestFinished(() => started[Symbol.asyncDispose]());
  const [server] = started.servers;
  if (server === undefined) throw new Error("nothing was started");
  return server;
}

async function untilWritten(server: NatsServer, text: string): Promise<void> {
  for (const deadlineMs = performance.now() + 10_000; !server.output().includes(text); await pause(25)) {
    if (performance.now() > deadlineMs) throw new Error(`it wrote no "${text}":\n${server.output()}`);
  }
}
