import { randomUUID } from "node:crypto";
import { connect, headers } from "@nats-io/transport-node";
import { type NatsCluster, startNats, startNatsCluster } from "@portcullis/testing";
import { expect, it, onTestFinished } from "vitest";
import type { AppendOutcome, LogEntry, RevisionLog } from "../revision-log.ts";
import { describeOnNats } from "./describe-on-nats-fixture.ts";
import { toAnswer, toObject } from "./jetstream-request.ts";
import { createNatsRevisionLog } from "./nats-revision-log.ts";
import { planStreams } from "./stream-plan.ts";

await describeOnNats("createNatsRevisionLog when servers fail", (program) => {
  it("loses no acknowledged entry, and repeats none, while the leader is killed again and again", { timeout: 120_000 }, async () => {
    await using cluster = await startNatsCluster(program);
    const log = openLog(cluster.urls);
    await log.setUp({ replicas: 3 });
    const written: string[] = [];

    for (let round = 0; round < 2; round++) {
      const restart = { isOver: false };
      const restarted = killAndRestartLeader(cluster).finally(() => Object.assign(restart, { isOver: true }));
      do {
        const text = `entry ${written.length} ${randomUUID()}`;
        await appendUntilKnown(log, written.length, text);
        written.push(text);
      } while (!restart.isOver);
      await restarted;
    }

    expect(await textsOf(log)).toEqual(written);
  });

  it("says within its time that nobody answers, and goes on by itself once somebody does", async () => {
    await using server = await startNats(program);
    await openLog([server.url]).setUp({ replicas: 1 });
    await server.kill();
    const log = openLog([server.url], { timeoutMs: 300 });

    await expect(log.readHead()).rejects.toMatchObject({ code: "bus-unavailable" });
    expect(await append(log, 0, "one")).toMatchObject({ outcome: "unavailable" });
    const heard = new Promise((resolve) => log.onNotification(resolve));
    await server.restart();
    await heard;

    expect(await append(log, 0, "one")).toEqual({ outcome: "appended", position: 1 });
  });

  it("hears what it began to listen to while the server was away", async () => {
    await using server = await startNats(program);
    const log = openLog([server.url], { timeoutMs: 500 });
    await log.setUp({ replicas: 1 });
    await server.kill();
    await expect(log.readHead()).rejects.toMatchObject({ code: "bus-unavailable" });

    const heard = Promise.withResolvers<LogEntry>();
    log.onNotification((entry) => entry !== undefined && heard.resolve(entry));
    await server.restart();
    await appendUntilKnown(log, 0, "one");

    expect(await heard.promise).toMatchObject({ position: 1 });
  });

  it("connects again within seconds although the time of day was set back by a day meanwhile", async () => {
    await using server = await startNats(program);
    const log = openLog([server.url], { timeoutMs: 300 });
    const trueNow = Date.now;
    onTestFinished(() => void Object.assign(Date, { now: trueNow }));
    await openLog([server.url]).setUp({ replicas: 1 });
    await expect(log.readHead()).resolves.toBeUndefined();

    Date.now = () => trueNow() + 86_400_000;
    await server.kill();
    await expect(log.readHead()).rejects.toMatchObject({ code: "bus-unavailable" });
    Date.now = trueNow;
    const heard = new Promise((resolve) => log.onNotification(resolve));
    await server.restart();
    await heard;

    await expect(log.readHead()).resolves.toBeUndefined();
  });

  it("sees that the stream was deleted, and that another one stands in its place", async () => {
    await using server = await startNats(program);
    const log = openLog([server.url]);
    await log.setUp({ replicas: 1 });
    await append(log, 0, "one");

    await deletePolicyStream(server.url);
    await expect(log.readHead()).rejects.toMatchObject({ code: "bus-not-set-up" });
    await log.setUp({ replicas: 1 });

    expect(await log.readHead()).toBeUndefined();
    expect(await append(log, 1, "two")).toEqual({ outcome: "conflict" });
  });
});

await describeOnNats("compare-and-set per subject, which revisions do not use", (program) => {
  const isOld = program.version.startsWith("2.9.");
  it(isOld ? "lets two writers win one place with three replicas" : "lets one writer win", async () => {
    await using cluster = await startNatsCluster(program);
    await openLog(cluster.urls).setUp({ replicas: 3 });

    const winners = await mostWinnersPerSubject(cluster.urls, 20);

    if (isOld) expect(winners).toBeGreaterThan(1);
    else expect(winners).toBe(1);
  });
});

function openLog(servers: readonly string[], options: { readonly timeoutMs?: number } = {}) {
  const log = createNatsRevisionLog({ servers, name: "faults", ...options });
  onTestFinished(() => log.close());
  return log;
}

function append(log: RevisionLog, expectedPosition: number, text: string): Promise<AppendOutcome> {
  return log.append({ envelope: new TextEncoder().encode(text) }, { expectedPosition, messageId: text });
}

async function appendUntilKnown(log: RevisionLog, expectedPosition: number, text: string): Promise<void> {
  for (;;) {
    const outcome = await append(log, expectedPosition, text);
    if (outcome.outcome === "appended") return expect(outcome.position).toBe(expectedPosition + 1);
    expect(outcome.outcome).toMatch(/^(unknown|unavailable)$/);
  }
}

async function textsOf(log: RevisionLog): Promise<readonly string[]> {
  const entries: LogEntry[] = [];
  for await (const entry of log.readAfter(0)) entries.push(entry);
  return entries.map(({ envelope }) => new TextDecoder().decode(envelope));
}

async function killAndRestartLeader(cluster: NatsCluster): Promise<void> {
  const leader = await policyLeader(cluster.urls);
  const server = cluster.servers.find(({ name }) => name === leader);
  if (server === undefined) throw new Error(`there is no server "${leader}"`);
  await server.kill();
  await server.restart();
}

async function policyLeader(servers: readonly string[]): Promise<unknown> {
  const fields = await askOnce(servers, `$JS.API.STREAM.INFO.${planStreams("default").policy.stream}`);
  return toObject(fields["cluster"])?.["leader"];
}

async function deletePolicyStream(url: string): Promise<void> {
  await askOnce([url], `$JS.API.STREAM.DELETE.${planStreams("default").policy.stream}`);
}

async function askOnce(servers: readonly string[], subject: string) {
  await using connection = await connect({ servers: [...servers] });
  const answer = toAnswer((await connection.request(subject)).data);
  return answer.ok ? answer.fields : {};
}

/** Eight writers at a time expect the same last sequence of one subject; the most of them that were acknowledged. */
async function mostWinnersPerSubject(servers: readonly string[], rounds: number): Promise<number> {
  const { subject } = planStreams("default").policy;
  const connections = await Promise.all(
    Array.from({ length: 8 }, (_, index) => connect({ servers: [servers[index % servers.length] ?? ""] })),
  );
  let last = 0;
  let most = 0;
  for (let round = 0; round < rounds; round++) {
    const fields = headers();
    fields.set("Nats-Expected-Last-Subject-Sequence", String(last));
    const answers = await Promise.all(
      connections.map(async (connection) => toAnswer((await connection.request(subject, "x", { headers: fields, timeout: 5_000 })).data)),
    );
    const positions = answers.flatMap((answer) => (answer.ok ? [Number(answer.fields["seq"])] : []));
    most = Math.max(most, positions.length);
    last = Math.max(last, ...positions);
  }
  await Promise.all(connections.map((connection) => connection.close()));
  return most;
}
