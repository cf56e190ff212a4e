import {
  createNatsRevisionLog,
  createRevisionFollower,
  type FollowClock,
  type RevisionLog,
  type RevisionStore,
} from "@portcullis/policy-bus";
import { describeOnNats } from "@portcullis/policy-bus/describe-on-nats";
import { startNats, startTcpProxy } from "@portcullis/testing";
import { expect, it, onTestFinished } from "vitest";
import { aFolder, anAdministration, aReport, policyText, publishTo, trustAnchors } from "./administration-fixture.ts";
import type { PublishStep } from "./publish-progress.ts";
import { systemClock } from "./system-clock.ts";

const strict = aFolder(policyText("pinned", "require: { digest: true }"));

await describeOnNats("createPolicyAdministration", (program) => {
  it("publishes, names the winner of a conflict, rolls back and widens", async () => {
    await using server = await startNats(program);
    const log = openLog(server.url);
    await log.setUp({ replicas: 1 });
    const [ours, theirs] = [anAdministration({ log }), anAdministration({ log: openLog(server.url), publisher: "ci" })];
    const first = await publishTo(ours);
    const won = await publishTo(theirs, { bundle: strict, audience: ["canary"] });

    const conflict = await ours.publish({ bundle: aFolder(), audience: ["*"], base: first.token });
    const wide = await ours.widen({ revision: won.token.revision, audience: ["*"] });
    const back = await ours.rollback({ to: first.token.revision, audience: ["*"] });

    expect(conflict).toMatchObject({ outcome: "conflict", won: { token: won.token, manifest: { publisher: "ci" } } });
    expect(wide).toMatchObject({ outcome: "published", revision: { manifest: { widens: 2 } } });
    expect(back).toMatchObject({ outcome: "published", revision: { manifest: { rollbackOf: 1 } } });
    expect((await theirs.revisions()).revisions.map(({ token }) => token.revision)).toEqual([1, 2, 3, 4]);
  });

  it("finds out what became of a revision when the connection is cut between append and answer", async () => {
    await using server = await startNats(program);
    const direct = openLog(server.url);
    await direct.setUp({ replicas: 1 });
    await using proxy = await startTcpProxy(server.port);
    const administration = anAdministration({ log: openLog(`nats://127.0.0.1:${proxy.port}`) });
    const steps: PublishStep["step"][] = [];

    const publishing = administration.publish({
      bundle: aFolder(),
      audience: ["*"],
      onProgress({ step }) {
        steps.push(step);
        // The second time the log was read, and the next thing is the append: it will arrive, and its answer will not.
        if (steps.filter((each) => each === "verified").length === 2 && step === "verified") proxy.hold("to-client");
      },
    });
    await expect.poll(() => direct.readHead(), { timeout: 20_000 }).toBeDefined();
    proxy.cut();
    proxy.heal();

    expect(await publishing).toMatchObject({ outcome: "published", revision: { token: { revision: 1 } } });
    expect((await anAdministration({ log: direct }).revisions()).revisions).toHaveLength(1);
  });

  it("says that nobody knows when the connection does not come back in time", async () => {
    await using server = await startNats(program);
    await openLog(server.url).setUp({ replicas: 1 });
    await using proxy = await startTcpProxy(server.port);
    const administration = anAdministration({ log: openLog(`nats://127.0.0.1:${proxy.port}`, 500) });
    let verified = 0;

    const result = await administration.publish({
      bundle: aFolder(),
      audience: ["*"],
      timeoutMs: 3_000,
      onProgress({ step }) {
        if (step === "verified") verified += 1;
        if (verified === 2) proxy.hold("to-client");
      },
    });

    expect(result).toMatchObject({ outcome: "unknown", token: { revision: 1 }, digest: expect.stringMatching(/^sha256:/) });
  });

  it("follows a rollout to replicas that apply by themselves", async () => {
    await using server = await startNats(program);
    const log = openLog(server.url);
    await log.setUp({ replicas: 1 });
    const administration = anAdministration({ log });
    await publishTo(administration);
    await using replicas = await startReplicas(openLog(server.url), ["r0", "r1"]);
    const revision = await publishTo(administration, { bundle: strict });

    const ends: (string | null)[] = [];
    for await (const { end, inForceAt } of administration.rollout({ timeoutMs: 20_000, expected: replicas.names })) {
      ends.push(end);
      if (end !== null) expect(Date.parse(inForceAt ?? "")).toBeGreaterThan(Date.now());
    }

    expect(ends.at(-1)).toBe("all-acked");
    expect(await administration.fleet()).toMatchObject({
      newest: revision.token,
      clusters: [{ cluster: "blue", target: revision.token, replicas: [{ standing: "current" }, { standing: "current" }] }],
    });
    expect(await administration.timeline("newest")).toMatchObject({ clusters: [{ replicas: [{ isSuperseded: false }, {}] }] });
  });
});

function openLog(url: string, timeoutMs?: number) {
  const log = createNatsRevisionLog({ servers: [url], name: "control test", ...(timeoutMs !== undefined && { timeoutMs }) });
  onTestFinished(() => log.close());
  return log;
}

/** Replicas as far as a log can tell: each follows, applies and reports at once. */
async function startReplicas(log: RevisionLog, names: readonly string[]) {
  const followers = await Promise.all(names.map((replica) => startReplica(log, replica)));
  return {
    names: names.map((replica) => ({ cluster: "blue", replica })),
    async [Symbol.asyncDispose]() {
      await Promise.all(followers.map((follower) => follower.close()));
    },
  };
}

async function startReplica(log: RevisionLog, replica: string) {
  let sequence = 0;
  return createRevisionFollower({
    log,
    anchors: trustAnchors,
    store: forgetfulStore,
    cluster: "blue",
    clock,
    freshness: { ceilingMs: null },
    prepare: async ({ token, digest }) => {
      const at = new Date().toISOString();
      sequence += 1;
      const report = { replica, sequence, applied: token, appliedDigest: digest, seen: token, appliedAt: [{ token, at }], reportedAt: at };
      return () => void log.reportStatus({ ...anyReport, ...report });
    },
    onProblem: () => undefined,
  });
}

const clock: FollowClock = systemClock;
const forgetfulStore: RevisionStore = { read: async () => undefined, write: async () => undefined, close: async () => undefined };
const anyReport = aReport(await publishTo(anAdministration()));
