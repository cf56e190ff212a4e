import { readFile } from "node:fs/promises";
import { Agent } from "node:https";
import { findNatsProgram, type NatsProgram, natsReleases } from "@portcullis/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aQuestion } from "./bus-questions.ts";
import { type BusStack, type Replica, startBusStack } from "./bus-stack.ts";
import { admissionReview, post } from "./review.ts";
import { startReviewLoad } from "./review-load.ts";

for (const release of natsReleases) {
  const program = await findNatsProgram(release);
  if ("missing" in program) it("decision services lose their bus", ({ skip }) => skip(program.missing));
  else describe(`decision services that lose nats-server ${program.version}`, { timeout: 90_000 }, () => suite(program));
}

// Far more than a read takes where many processes share two cores.
const quick = ["--bus-read-interval-ms", "200", "--freshness-stale-after-ms", "2500"];
const withCeiling = [...quick, "--freshness-ceiling-ms", "4000", "--freshness-when-expired"];
const untilThen = { timeout: 20_000, interval: 50 };

function suite(program: NatsProgram): void {
  let stack: BusStack;
  beforeEach(async () => {
    stack = await startBusStack(program);
  });
  afterEach(() => stack[Symbol.asyncDispose]());

  it("serve what they stored, say how old it is, and catch up", async () => {
    const { token } = await stack.publish("one.example");
    const killed = await stack.startReplica("one", quick);
    const { instance } = await stack.status("one", ({ applied }) => applied?.revision === token.revision);
    await stack.nats.kill();
    killed.process.signal("SIGKILL");
    await killed.process.ended();

    const replica = await stack.startReplica("one", quick);
    const answers = await Promise.all([
      replica.ask(aQuestion("one.example/app")),
      replica.ask(aQuestion("one.example/app", { kind: "fully-consistent" })),
    ]);
    const readiness = await replica.readiness();
    await stack.nats.restart();
    const caughtUp = await stack.status("one", (status) => status.instance !== instance && status.freshness === "fresh");
    const { token: next } = await stack.publish("two.example");
    await stack.status("one", ({ applied }) => applied?.revision === next.revision);

    expect(answers[0]).toMatchObject({ outcome: { $case: "allow" }, servedAt: token, degraded: true });
    // UNDECIDED_CODE_BEHIND
    expect(answers[1].outcome).toMatchObject({ $case: "undecided", value: { code: 4 } });
    expect(readiness).toMatchObject({ ready: true, freshness: "stale", revision: token });
    expect(caughtUp.applied).toEqual(token);
    expect(await replica.ask(aQuestion("two.example/app"))).toMatchObject({ outcome: { $case: "allow" }, degraded: false });
  });

  it("are not ready without any policy, and are once the bus is there", async () => {
    const { token } = await stack.publish("one.example");
    await stack.nats.kill();

    const replica = await stack.startReplica("one", quick);
    const answer = await replica.ask(aQuestion("one.example/app"));
    const readiness = await replica.readiness();
    await stack.nats.restart();
    await stack.status("one", ({ applied }) => applied?.revision === token.revision);

    // UNDECIDED_CODE_NO_POLICY
    expect(answer.outcome).toMatchObject({ $case: "undecided", value: { code: 2 } });
    expect(readiness).toMatchObject({ ready: false });
    expect(await replica.readiness()).toMatchObject({ ready: true, freshness: "fresh" });
  });

  it("answer past the ceiling as they are told to, whatever was cached, and no sooner", async () => {
    await stack.publish("one.example");
    const [serving, denying, deferring] = await Promise.all(
      (["serve", "deny", "defer"] as const).map((action) => stack.startReplica(action, [...withCeiling, action])),
    );
    const all = [serving, denying, deferring].filter((replica) => replica !== undefined);
    const ask = () => Promise.all(all.map((replica) => replica.ask(aQuestion("one.example/app"))));
    await untilAll(all, "fresh");
    const before = await ask();

    stack.nats.signal("SIGSTOP");
    await untilAll(all, "expired");
    const expired = await ask();
    const unchanged = await denying?.ask(aQuestion("one.example/app", undefined, { operation: "UPDATE", imagesUnchanged: true }));
    denying?.process.signal("SIGKILL");
    await denying?.process.ended();
    const cold = await stack.startReplica("deny", [...withCeiling, "deny"]);
    const coldAnswer = await cold.ask(aQuestion("one.example/app"));
    stack.nats.signal("SIGCONT");
    await untilAll([cold, ...all.filter((replica) => replica !== denying)], "fresh");

    expect(before.map(({ outcome, degraded }) => [outcome?.$case, degraded])).toEqual(Array(3).fill(["allow", false]));
    expect(expired[0]).toMatchObject({ outcome: { $case: "allow" }, degraded: true, cacheTtlMs: 0 });
    // FINDING_RULE_POLICY_EXPIRED
    expect(expired[1]).toMatchObject({ outcome: { $case: "deny", value: { findings: [{ rule: 9 }] } }, degraded: true, cacheTtlMs: 0 });
    // UNDECIDED_CODE_EXPIRED
    expect(expired[2]?.outcome).toMatchObject({ $case: "undecided", value: { code: 7 } });
    expect(unchanged).toMatchObject({ outcome: { $case: "allow" }, degraded: true });
    expect(coldAnswer).toMatchObject({ outcome: { $case: "deny", value: { findings: [{ rule: 9 }] } } });
    expect(await cold.ask(aQuestion("one.example/app"))).toMatchObject({ outcome: { $case: "allow" }, degraded: false });
  });

  it("lose no review while revisions come, and one of them is killed", async () => {
    await stack.publish("internal-registry.io");
    const replicas = await Promise.all(["one", "two", "three"].map((name) => stack.startReplica(name)));
    const frontEnds = await Promise.all([stack.startFrontEnd(replicas), stack.startFrontEnd(replicas)]);
    const load = await startReviewLoad({ pki: stack.pki, frontEnds }, { perSecond: 200, maxInFlight: 50 });

    await load.more(100);
    for (let count = 0; count < 20; count += 1) {
      await stack.publish("internal-registry.io", `other-${count}.example`);
      if (count === 10) replicas[0]?.process.signal("SIGKILL");
      await load.more(20);
    }
    const { token } = await stack.publish("internal-registry.io");
    await Promise.all(["two", "three"].map((name) => stack.status(name, ({ applied }) => applied?.revision === token.revision)));

    expect(await load.stop()).toEqual([]);
  });

  it("never take a front-end back, whichever of them it asks", async () => {
    const { token: first } = await stack.publish("one.example");
    const replicas = await Promise.all(["one", "two"].map((name) => stack.startReplica(name, quick)));
    const [one, two] = replicas;
    await Promise.all(["one", "two"].map((name) => stack.status(name, ({ applied }) => applied?.revision === first.revision)));
    const review = await aReviewer(stack, replicas);
    const revisions = [await review(), await review()];

    two?.process.signal("SIGSTOP");
    const { token } = await stack.publish("one.example", "two.example");
    await stack.status("one", ({ applied }) => applied?.revision === token.revision);
    for (let seen = revisions.at(-1); seen !== token.revision; seen = await review()) revisions.push(await review());
    two?.process.signal("SIGCONT");
    for (let count = 0; count < 100; count += 1) revisions.push(await review());

    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    expect(await one?.metrics()).toContain(`portcullis_decision_revision ${token.revision}`);
    expect(await two?.metrics()).toContain(`portcullis_decision_revision ${token.revision}`);
  });
}

async function untilAll(replicas: readonly Replica[], freshness: string): Promise<void> {
  await Promise.all(replicas.map((replica) => expect.poll(replica.readiness, untilThen).toMatchObject({ freshness })));
}

/** Resolves with the revision that a review was answered by. */
async function aReviewer(stack: BusStack, replicas: readonly Replica[]): Promise<() => Promise<number>> {
  const { port } = await stack.startFrontEnd(replicas);
  const { caFile, apiServerClient } = stack.pki;
  const [ca, cert, key] = await Promise.all([caFile, apiServerClient.certFile, apiServerClient.keyFile].map((file) => readFile(file)));
  const agent = new Agent({ keepAlive: true, ca, cert, key });
  let count = 0;
  return async () => {
    count += 1;
    const { body } = await post(agent, port, admissionReview(String(count), `one.example/app:${count}`));
    const { response } = JSON.parse(body);
    return Number(/\/(\d+)$/u.exec(String(response.auditAnnotations.revision))?.[1] ?? body);
  };
}
