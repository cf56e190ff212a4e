import { setTimeout as pause } from "node:timers/promises";
import { findNatsProgram, type NatsProgram, natsReleases } from "@portcullis/testing";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { allowing } from "./bus-stack.ts";
import { type ClusterStack, startClusterStack } from "./cluster-stack.ts";
import type { LeafNode } from "./nats-estate.ts";

/** How long a cluster stays cut off once it says that it is stale. */
const cutMs = Number(process.env["STACK_CUT_MS"] ?? 0);

for (const release of natsReleases) {
  const program = await findNatsProgram(release);
  if ("missing" in program) it("clusters behind leaf nodes", ({ skip }) => skip(program.missing));
  else describe(`clusters behind leaf nodes of nats-server ${program.version}`, { timeout: 90_000 + cutMs }, () => suite(program));
}

const untilAcked = ["rollout", "status", "--wait", "--timeout", "30", "--output", "json"];
const untilThen = { timeout: 30_000, interval: 100 };

const onlyQuestionsLost = "only what goes to the hub is lost";

/** Each way for a cluster to lose the hub, and back. */
const cuts: readonly (readonly [string, (leaf: LeafNode) => void, (leaf: LeafNode) => void])[] = [
  ["its leaf node stands still", ({ server }) => server.signal("SIGSTOP"), ({ server }) => server.signal("SIGCONT")],
  ["connections to the hub are reset", ({ link }) => link.cut(), ({ link }) => link.heal()],
  ["connections to the hub are half open", ({ link }) => link.hold(), ({ link }) => link.heal()],
  ["only what comes from the hub is lost", ({ link }) => link.hold("to-client"), ({ link }) => link.heal()],
  [onlyQuestionsLost, ({ link }) => link.hold("to-server"), ({ link }) => link.heal()],
];

function suite(program: NatsProgram): void {
  let stack: ClusterStack;
  let revision = 0;
  beforeAll(async () => {
    // A single hub, and one of three servers: both have to do.
    stack = await startClusterStack(program, program.version.startsWith("2.9.") ? 1 : 3);
  }, 120_000);
  afterAll(() => stack[Symbol.asyncDispose]());

  async function publish(hosts: readonly string[], ...args: readonly string[]): Promise<string> {
    await stack.writePolicies({ "policy.yaml": allowing(hosts) });
    return publishWith("policies", ...args);
  }
  async function publishWith(...args: readonly string[]): Promise<string> {
    const { status, error } = await stack.portcullis("publisher", "publish", ...args);
    expect({ status, error }).toMatchObject({ status: 0 });
    revision += 1;
    return `policies/1/${revision}`;
  }
  async function untilServed(cluster: string, name: string): Promise<void> {
    await expect.poll(() => revisionsAt(cluster), untilThen).toEqual([name, name]);
  }
  async function revisionsAt(cluster: string): Promise<readonly string[]> {
    return (await stack.cluster(cluster).readiness()).map((state) => nameOf(Object.assign({ revision: null }, state).revision));
  }
  async function freshnessAt(cluster: string): Promise<readonly unknown[]> {
    return (await stack.cluster(cluster).readiness()).map((state) => Object.assign({ freshness: "" }, state).freshness);
  }

  it("apply what is published at the hub, and whoever only watches there sees it in force", async () => {
    const name = await publish(["one.example"]);

    const { status, output, error } = await stack.portcullis(
      "observer",
      ...["rollout", "status", "--wait", "--timeout", "60", "--expect", "blue/decision-0", "--expect", "green/decision-1"],
    );
    const answers = await Promise.all(["blue", "green"].map((cluster) => stack.cluster(cluster).review("one.example/app")));
    const fleet = await stack.portcullis("observer", "fleet");

    expect({ status, error }).toMatchObject({ status: 0 });
    expect(output).toContain("all-acked");
    expect(answers).toMatchObject(Array(2).fill({ isAllowed: true, revision: name }));
    expect(fleet.status).toBe(0);
    for (const replica of ["decision-0", "decision-1"]) expect(fleet.output.split(replica)).toHaveLength(3);
  });

  it.each(cuts)("go on deciding while %s, say that they are stale, and catch up", async (how, cut, mend) => {
    const before = await publish(["one.example"], "--force");
    await Promise.all(["blue", "green"].map((cluster) => untilServed(cluster, before)));
    const leaf = stack.nats.leaf("blue");

    onTestFinished(() => mend(leaf));
    cut(leaf);
    const after = await publish(["one.example", "two.example"]);
    await untilServed("green", after);
    await expect.poll(() => freshnessAt("blue"), untilThen).toEqual(["stale", "stale"]);
    await pause(cutMs);
    const alone = await Promise.all(["one.example/app", "two.example/app"].map((image) => stack.cluster("blue").review(image)));
    const whileCut = await stack.portcullis("observer", "rollout", "status");
    mend(leaf);
    await untilServed("blue", after);
    const { status, output } = await stack.portcullis("observer", "rollout", "status", "--wait", "--timeout", "30");

    // Where only questions are lost, the news of a revision may still have come: it is applied, and proves nothing.
    const served = how === onlyQuestionsLost ? [before, after] : [before];
    expect(served).toEqual(expect.arrayContaining(alone.map((answer) => answer.revision)));
    expect(alone.map(({ isAllowed }) => isAllowed)).toEqual([true, alone[1]?.revision === after]);
    expect(whileCut).toMatchObject({ status: 1 });
    expect({ status, output }).toMatchObject({ status: 0, output: expect.stringContaining("all-acked") });
    await expect.poll(() => freshnessAt("blue"), untilThen).toEqual(["fresh", "fresh"]);
    expect(await stack.cluster("blue").review("two.example/app")).toMatchObject({ isAllowed: true, revision: after });
  });

  it("get waves one after the other, and the rollout of each is about its clusters", async () => {
    const before = await publish(["one.example"], "--force");
    await Promise.all(["blue", "green"].map((cluster) => untilServed(cluster, before)));

    const canary = await publish(["one.example", "three.example"], "--audience", "gre*");
    await untilServed("green", canary);
    const first = await stack.portcullis("observer", ...untilAcked);
    const inBlue = await stack.cluster("blue").review("three.example/app");
    const wider = await publishWith("--widen", "--audience", "gre*,blue");
    await Promise.all(["blue", "green"].map((cluster) => untilServed(cluster, wider)));
    const second = await stack.portcullis("observer", ...untilAcked);
    const all = await publishWith("--widen", "--audience", "*");
    await Promise.all(["blue", "green"].map((cluster) => untilServed(cluster, all)));
    const shown = await stack.portcullis("observer", "revisions", "list", "--output", "json");

    expect(clustersOf(first.output)).toEqual(["green"]);
    expect(inBlue).toMatchObject({ isAllowed: false, revision: before });
    expect(clustersOf(second.output)).toEqual(["blue", "green"]);
    expect(await stack.cluster("blue").review("three.example/app")).toMatchObject({ isAllowed: true, revision: all });
    expect(digestsOf(shown.output, [canary, wider, all])).toHaveLength(1);
  });

  it("tighten for themselves, and cannot do more than that", async () => {
    const denying =
      "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: not-here }\nspec: { deny: ['one.example/debug'] }\n";
    await stack.writePolicies({ "overlays/blue/extra.yaml": denying });
    const name = await publish(["one.example"], "--force");
    await Promise.all(["blue", "green"].map((cluster) => untilServed(cluster, name)));
    const answers = await Promise.all(["blue", "green"].map((cluster) => stack.cluster(cluster).review("one.example/debug")));
    const wider = "apiVersion: portcullis.dev/v1\nkind: Bundle\nmetadata: { name: wider }\nspec: { default: allow }\n";
    await stack.writePolicies({ "overlays/blue/extra.yaml": wider });

    const refused = await stack.portcullis("publisher", "publish", "policies");

    expect(answers).toMatchObject([
      { isAllowed: false, revision: name },
      { isAllowed: true, revision: name },
    ]);
    expect(refused.status).toBe(1);
    expect(refused.output + refused.error).toContain("overlays/blue/extra.yaml");
  });

  it("know each other's API servers by their certificates, and refuse them", async () => {
    const own = await stack.cluster("green").review("one.example/app");
    const other = await stack.cluster("green").review("one.example/app", "blue");

    expect(own.isAllowed).toBe(true);
    expect(other).toMatchObject({ isAllowed: false, revision: "" });
  });
}

function nameOf(token: unknown): string {
  const { lineage, epoch, revision } = Object.assign({ lineage: "", epoch: 0, revision: 0 }, token);
  return `${lineage}/${epoch}/${revision}`;
}

function clustersOf(output: string): readonly string[] {
  const { clusters } = JSON.parse(output.trimEnd().split("\n").at(-1) ?? "");
  return clusters.map(({ cluster }: { readonly cluster: string }) => cluster);
}

function digestsOf(output: string, names: readonly string[]): readonly string[] {
  const revisions = output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const found = revisions.filter(({ token }) => names.includes(nameOf(token)));
  expect(found).toHaveLength(names.length);
  return [...new Set(found.map(({ bundleDigest }) => String(bundleDigest)))];
}
