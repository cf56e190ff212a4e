import type { NatsProgram } from "@portcullis/testing";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Attempt, openIntruder } from "./bus-attempts-fixture.ts";
import { bodyOf, heard, sent } from "./bus-subjects-fixture.ts";
import { describeOnNats } from "./describe-on-nats-fixture.ts";
import { publicKeyOf } from "./nats-identity.ts";
import { createNatsRevisionLog } from "./nats-revision-log.ts";
import { type PlannedServers, startPlannedServers } from "./planned-servers-fixture.ts";
import { inboxOf } from "./server-parts.ts";

/** By hand, and not from the rights that are tried: what each credential may send, and hear beside its own inbox. */
interface Allowed {
  readonly part: string;
  readonly at: "hub" | "leaf";
  readonly send: readonly RegExp[];
  readonly hear: readonly string[];
}

const policyAndBundles = /^\$JS\.hub\.API\.STREAM\.(MSG\.GET|INFO)\.PORTCULLIS_(POLICY|BUNDLES)_default$/;
const news = "portcullis.news.default";
const reports = ["portcullis.reports.default.*.*", "portcullis.reports.default.a.decision-0"];
const pings = /^\$SYS\.REQ\.SERVER\.PING(\.(STATSZ|VARZ|HEALTHZ|JSZ|CONNZ|LEAFZ|ROUTEZ|ACCOUNTZ))?$/;

const everybody: readonly Allowed[] = [
  {
    part: "setup",
    at: "hub",
    send: [/^\$JS\.(hub\.)?API\.STREAM\.(INFO|CREATE)\.PORTCULLIS_(POLICY|BUNDLES|STATUS)_default$/],
    hear: [],
  },
  {
    part: "publisher",
    at: "hub",
    send: [
      /^\$JS\.(hub\.)?API\.STREAM\.(MSG\.GET|INFO)\.PORTCULLIS_(POLICY|BUNDLES|STATUS)_default$/,
      /^portcullis\.policy\.default$/,
      /^portcullis\.bundles\.default\.[^.]+\.[^.]+$/,
    ],
    hear: [news, ...reports],
  },
  {
    part: "observer",
    at: "hub",
    send: [/^\$JS\.hub\.API\.STREAM\.(MSG\.GET|INFO)\.PORTCULLIS_(POLICY|BUNDLES|STATUS)_default$/],
    hear: [news, ...reports],
  },
  { part: "monitor", at: "hub", send: [pings], hear: [] },
  { part: "monitor", at: "leaf", send: [pings], hear: [] },
  { part: "replica.b.decision-0", at: "hub", send: [policyAndBundles, /^portcullis\.status\.default\.b\.decision-0$/], hear: [news] },
  { part: "replica.eu=2ewest", at: "hub", send: [policyAndBundles, /^portcullis\.status\.default\.eu%2ewest\.[^.]+$/], hear: [news] },
  { part: "replica.a.decision-0", at: "leaf", send: [policyAndBundles, /^portcullis\.status\.default\.a\.decision-0$/], hear: [news] },
  { part: "replica.a.decision-1", at: "leaf", send: [policyAndBundles, /^portcullis\.status\.default\.a\.decision-1$/], hear: [news] },
];

await describeOnNats("writeServerConfig", (program: NatsProgram) => {
  let servers: PlannedServers;
  beforeAll(async () => {
    servers = await startPlannedServers(program);
    const log = createNatsRevisionLog({ servers: [servers.hub[0]?.url ?? ""], name: "setup", nkeySeed: servers.secretOf("setup") });
    await log.setUp({ replicas: 1 });
    await log.close();
  });
  afterAll(() => servers[Symbol.asyncDispose]());
  const urlOf = (at: "hub" | "leaf") => (at === "leaf" ? servers.leaf : servers.hub[0])?.url ?? "";

  describe.each(everybody)("for $part at the $at", ({ part, at, send, hear }) => {
    it("lets it send what it is for, and nothing else", async () => {
      const intruder = await openIntruder(urlOf(at), { nkeySeed: servers.secretOf(part) });

      const found = new Map<string, Attempt>();
      for (const subject of sent) found.set(subject, await intruder.send(subject, bodyOf(subject)));

      const expected = sent.map((subject) => [subject, send.some((pattern) => pattern.test(subject)) ? "answered" : "refused"]);
      expect([...found]).toEqual(expected);
    });

    it("lets it hear what it is for, and nothing else", async () => {
      const seed = servers.secretOf(part);
      const [own, other] = [publicKeyOf(seed), publicKeyOf(servers.secretOf(part === "observer" ? "publisher" : "observer"))];
      const intruder = await openIntruder(urlOf(at), { nkeySeed: seed });
      const subjects = heard(own, other);

      const found = new Map<string, Attempt>();
      for (const subject of subjects) found.set(subject, await intruder.listen(subject));

      const allowed = new Set([...hear, inboxOf(own)]);
      expect([...found]).toEqual(subjects.map((subject) => [subject, allowed.has(subject) ? "silent" : "refused"]));
    });
  });

  it("leaves the streams as they were, whatever was tried", async () => {
    const log = createNatsRevisionLog({
      servers: [urlOf("hub")],
      name: "after",
      nkeySeed: servers.secretOf("publisher"),
      syncAlways: true,
    });
    onTestFinished(() => log.close());

    const codes = (await log.selfCheck()).map(({ code }) => code);

    expect(new Set(codes)).toEqual(new Set(["bus-replicas-few", ...(program.version.startsWith("2.9.") ? ["bus-server-old"] : [])]));
    // What the publisher tried to publish.
    expect(await log.readHead()).toMatchObject({ position: 1 });
  });
});
