import { createHash, randomBytes } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { aReplicaStatus } from "../replica-status-fixture.ts";
import { describeOnNats } from "./describe-on-nats-fixture.ts";
import { createNatsRevisionLog, type NatsRevisionLog } from "./nats-revision-log.ts";
import { type PlannedServers, startPlannedServers } from "./planned-servers-fixture.ts";

await describeOnNats("a revision log with the rights of each part", (program) => {
  it.each([1, 3] as const)("does what the part is for, with %i servers at the hub", { timeout: 120_000 }, async (hubSize) => {
    await using servers = await startPlannedServers(program, { hubSize });
    const [publisher, observer] = [openLog(servers, "publisher"), openLog(servers, "observer")];
    await openLog(servers, "setup").setUp({ replicas: hubSize });
    const replicas = [
      openLog(servers, "replica.a.decision-0"),
      openLog(servers, "replica.b.decision-0"),
      openLog(servers, "replica.eu=2ewest"),
    ];
    const notified = Promise.all([...replicas, observer].map(firstNews));
    const heard = new Promise((resolve) => observer.onStatus(resolve));
    const bundle = randomBytes(700_000);
    const digest = `sha256:${createHash("sha256").update(bundle).digest("hex")}`;
    await Promise.all([...replicas, observer].map((log) => log.readHead()));

    await publisher.putBundle(digest, bundle);
    const appended = await publisher.append({ envelope: Uint8Array.of(1) }, { expectedPosition: 0, messageId: "one" });

    expect(appended).toEqual({ outcome: "appended", position: 1 });
    expect(await notified).toEqual(Array.from({ length: 4 }, () => expect.objectContaining({ position: 1 })));
    for (const log of [...replicas, observer]) {
      expect(await log.readHead()).toMatchObject({ position: 1 });
      expect(Buffer.compare((await log.getBundle(digest)) ?? new Uint8Array(), bundle)).toBe(0);
    }
    const statuses = [
      aReplicaStatus({ cluster: "a", replica: "decision-0" }),
      aReplicaStatus({ cluster: "b", replica: "decision-0" }),
      aReplicaStatus({ cluster: "eu.west", replica: "any" }),
    ];
    await Promise.all(replicas.map((log, index) => log.reportStatus(statuses[index] ?? aReplicaStatus())));
    expect(await observer.readStatuses()).toEqual(statuses);
    expect(await publisher.readStatuses()).toEqual(statuses);
    expect(statuses).toContainEqual(await heard);
  });

  it("finds weak spots with the rights of a replica too, without a look at reports", async () => {
    await using servers = await startPlannedServers(program);
    await openLog(servers, "setup").setUp({ replicas: 1 });

    const found = await openLog(servers, "replica.a.decision-0").selfCheck();

    expect(found.map(({ code }) => code)).toContain("bus-replicas-few");
    expect(JSON.stringify(found)).not.toContain("STATUS");
  });
});

function openLog({ hub, leaf, secretOf }: PlannedServers, part: string): NatsRevisionLog {
  const servers = part.startsWith("replica.a.") ? [leaf.url] : hub.map(({ url }) => url);
  const log = createNatsRevisionLog({ servers, name: part, domain: "hub", nkeySeed: secretOf(part) });
  onTestFinished(() => log.close());
  return log;
}

function firstNews(log: NatsRevisionLog): Promise<unknown> {
  return new Promise((resolve) => log.onNotification((entry) => (entry === undefined ? undefined : resolve(entry))));
}
