import { findNatsProgram, type NatsProgram, natsReleases } from "@portcullis/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aQuestion } from "./bus-questions.ts";
import { allowing, type BusStack, type Replica, startBusStack } from "./bus-stack.ts";

for (const release of natsReleases) {
  const program = await findNatsProgram(release);
  if ("missing" in program) it("decision services follow a bus", ({ skip }) => skip(program.missing));
  else describe(`decision services that follow nats-server ${program.version}`, { timeout: 90_000 }, () => suite(program));
}

// The news of a revision is all that can bring it in time: the next read comes when the test is over.
const newsOnly = ["--bus-read-interval-ms", "600000", "--freshness-stale-after-ms", "1200000"];

const casesThatFail = `apiVersion: portcullis.dev/v1
kind: DecisionCases
about: what no policy here does
cases:
  - name: strangers are let in
    cluster: blue
    images: [stranger.example/app]
    expect: allow
`;

function suite(program: NatsProgram): void {
  let stack: BusStack;
  let one: Replica;
  let two: Replica;
  beforeAll(async () => {
    stack = await startBusStack(program);
    await stack.publish("one.example");
    [one, two] = await Promise.all([stack.startReplica("one", newsOnly), stack.startReplica("two")]);
  });
  afterAll(() => stack[Symbol.asyncDispose]());

  const serves = (revision: number) =>
    Promise.all(["one", "two"].map((name) => stack.status(name, ({ applied }) => applied?.revision === revision)));

  it("apply a revision at the news of it, and say so with all that a proof needs", async () => {
    const { token, manifest } = await stack.publish("two.example");

    const [status] = await serves(token.revision);
    const answers = await Promise.all([one, two].map((replica) => replica.ask(aQuestion("two.example/app"))));

    expect(status).toMatchObject({ cluster: "blue", replica: "one", applied: token, seen: token, appliedDigest: manifest.bundle.digest });
    expect(status?.appliedAt.at(-1)?.token).toEqual(token);
    expect(status).toMatchObject({
      whenExpired: "serve",
      ceilingMs: null,
      allowTtlSeconds: null,
      frontEndCacheMs: 0,
      longestReviewMs: 30_000,
    });
    for (const answer of answers) expect(answer).toMatchObject({ outcome: { $case: "allow" }, servedAt: token, degraded: false });
  });

  it.each([
    ["does not compile", "policy-invalid", { "policy.yaml": allowing(["three.example*"]) }],
    ["fails a case that stands in it", "self-test-case", { "policy.yaml": allowing(["three.example"]), "cases.yaml": casesThatFail }],
  ])("refuse a revision that %s, say why, and go on by the one before", async (_what, code, files) => {
    const before = await one.ask(aQuestion("two.example/app"));
    const { token } = await stack.publishFiles(files);

    const status = await stack.status("one", ({ nacks }) => nacks.some((nack) => nack.token.revision === token.revision));
    const answer = await one.ask(aQuestion("two.example/app"));

    expect(status.nacks.at(-1)).toMatchObject({ token, code });
    expect(status.applied).toEqual(before.servedAt);
    expect(answer).toMatchObject({ outcome: { $case: "allow" }, servedAt: before.servedAt });
    expect(await one.readiness()).toMatchObject({ ready: true });
    expect(await one.metrics()).toContain(`portcullis_decision_nacks_total{code="${code}"} 1`);
  });

  it("answer as consistently as they are asked to, or not at all", async () => {
    const { token: old } = await stack.publish("four.example");
    const { token } = await stack.publish("five.example");
    await serves(token.revision);
    const ask = (consistency: Parameters<typeof aQuestion>[1]) => one.ask(aQuestion("five.example/app", consistency));

    const answers = await Promise.all([
      ask({ kind: "at-least", token: old }),
      ask({ kind: "exactly", token }),
      ask({ kind: "fully-consistent" }),
      ask({ kind: "exactly", token: old }),
      ask({ kind: "at-least", token: { ...token, revision: token.revision + 1 } }),
    ]);

    expect(answers.slice(0, 3).map(({ outcome, servedAt }) => [outcome?.$case, servedAt])).toEqual(Array(3).fill(["allow", token]));
    expect(answers.slice(3).map(({ outcome }) => outcome)).toMatchObject([
      // UNDECIDED_CODE_OTHER_REVISION and UNDECIDED_CODE_BEHIND
      { $case: "undecided", value: { code: 8 } },
      { $case: "undecided", value: { code: 4 } },
    ]);
  });

  it("catch up when a question asks for more than what they have", async () => {
    two.process.signal("SIGSTOP");
    const { token } = await stack.publish("six.example");
    await stack.status("one", ({ applied }) => applied?.revision === token.revision);
    const asked = two.ask({ ...aQuestion("six.example/app"), atLeast: token });
    two.process.signal("SIGCONT");

    expect(await asked).toMatchObject({ outcome: { $case: "allow" }, servedAt: token });
  });

  it("take back what they reported when they end in order, and not when they are killed", async () => {
    const [ended, killed] = await Promise.all(["ended", "killed"].map((name) => stack.startReplica(name)));
    await Promise.all(["ended", "killed"].map((name) => stack.status(name, ({ applied }) => applied !== null)));

    killed?.process.signal("SIGKILL");
    const end = await ended?.process.stop();
    const left = await stack.log.readStatuses();

    expect(end).toEqual({ code: 0, signal: null });
    expect(left.map(({ replica }) => replica)).toEqual(["killed", "one", "two"]);
  });

  it("do not answer for another cluster", async () => {
    const answer = await one.ask(aQuestion("six.example/app", undefined, { cluster: "green" }));

    // UNDECIDED_CODE_OTHER_CLUSTER
    expect(answer.outcome).toMatchObject({ $case: "undecided", value: { code: 9 } });
  });
}
