import { expect, it } from "vitest";
import { anOperator, aPolicy, describeOnBus, type Operator } from "../bus-fixture.ts";

async function aPublisher(server: string): Promise<Operator> {
  const operator = await anOperator(server);
  await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));
  await operator.portcullis("publish", "policies");
  return operator;
}

async function publishPoison(operator: Operator): Promise<void> {
  await operator.write("policies/a.yaml", `# poison\n${aPolicy("quay.corp.example")}`);
  await operator.portcullis("publish", "policies");
}

await describeOnBus("rollout status", (server) => {
  it("ends once every replica of every cluster serves it, and says from when on it is in force, and why", async () => {
    await using operator = await aPublisher(server());
    await operator.replica("blue", "r0");
    await operator.replica("green", "r0", { allowTtlSeconds: 0 });

    const { status, output, error } = await operator.portcullis("rollout", "status", "--wait", "--expect", "blue/r0,green/r0");

    expect({ status, error }).toEqual({ status: 0, error: "" });
    expect(output).toMatch(/^\d\d:\d\d:\d\d blue\/r0 acked: serves default\/1\/1$/m);
    expect(output).toMatch(/^all-acked: every replica of every cluster said that it serves default\/1\/1$/m);
    const sum =
      /^ {2}blue: in force from (\S+Z) on: last apply (\S+Z) \+ front-end cache 0 s \+ longest review 2\.5 s \+ allowTTL 5 min$/m.exec(
        output,
      );
    expect(Date.parse(sum?.[1] ?? "") - Date.parse(sum?.[2] ?? "")).toBe(302_500);
    expect(output).toMatch(/^ {2}green: in force from .* \+ allowTTL 0 s$/m);
    expect(output).toMatch(new RegExp(`^in force everywhere from ${sum?.[1]} on$`, "m"));
  });

  it("prints one object per change, the last one with an end", async () => {
    await using operator = await aPublisher(server());
    await operator.replica("blue", "r0");

    const objects = await operator.objects("rollout", "status", "--wait", "--expect", "blue/r0");

    expect(objects.at(-1)).toMatchObject({
      end: "all-acked",
      revision: { token: { revision: 1 } },
      inForceAt: expect.any(String),
      clusters: [{ cluster: "blue", replicas: [{ replica: "r0", progress: "acked", status: { allowTtlSeconds: 300 } }] }],
    });
  });

  it("says that the moment is unknown where a cluster never said its allowTTL", async () => {
    await using operator = await aPublisher(server());
    const replica = await operator.replica("blue", "r0", { allowTtlSeconds: null });
    await replica.serves(1);

    const { status, output } = await operator.portcullis("rollout", "status");

    expect(status).toBe(0);
    expect(output).toMatch(/^ {2}blue: in force, from when on is unknown: it never said its allowTTL \(set cluster\.allowTtlSeconds /m);
    expect(output).not.toContain("everywhere");
  });

  it("ends with a refusal and its reason, of which nothing reaches the terminal but text", async () => {
    await using operator = await aPublisher(server());
    const replica = await operator.replica("blue", "r0");
    await replica.serves(1);
    await publishPoison(operator);

    const { status, output } = await operator.portcullis("rollout", "status", "--wait");

    expect(status).toBe(1);
    expect(output).toMatch(/blue\/r0 nacked: serves default\/1\/1: this is \\u\{1b\}\[31mpoison \(test-poison\)$/m);
    expect(output).toMatch(/^nacked: a replica refused default\/1\/2\n {2}blue: not in force; its older policy still answers\n$/m);
  });

  it("ends when time is up, and says who has not answered", async () => {
    await using operator = await aPublisher(server());

    const { status, output } = await operator.portcullis("rollout", "status", "--wait", "--timeout", "0.2", "--expect", "blue/r0");

    expect(status).toBe(1);
    expect(output).toMatch(/blue\/r0 pending: never reported$/m);
    expect(output).toMatch(/^timed-out: not every replica serves default\/1\/1$/m);
  });

  it("leaves out a replica that is known to be gone", async () => {
    await using operator = await aPublisher(server());
    await (await operator.replica("blue", "gone", { applied: null })).serves(1);
    await (await operator.replica("blue", "r0")).serves(1);

    const waiting = await operator.portcullis("rollout", "status");
    const { status } = await operator.portcullis("rollout", "status", "--gone", "blue/gone");

    expect(waiting.status).toBe(1);
    expect(status).toBe(0);
  });

  it("says that nobody is known to serve it where no replica has reported", async () => {
    await using operator = await aPublisher(server());

    const { status, output } = await operator.portcullis("rollout", "status");
    const wrong = await operator.portcullis("rollout", "status", "--expect", "r0");

    expect(status).toBe(1);
    expect(output).toBe("pending: no replica of its clusters has reported; nobody is known to serve default/1/1\n");
    expect(wrong.error).toMatch(/names no replica; write cluster\/replica, .*\(cli-usage\)\n$/);
  });
});

await describeOnBus("rollout timeline", (server) => {
  it("tells when it was published, applied and in force", async () => {
    await using operator = await aPublisher(server());
    const replica = await operator.replica("blue", "r0");
    await replica.serves(1);

    const { status, output } = await operator.portcullis("rollout", "timeline");
    const [object] = await operator.objects("rollout", "timeline", "1");

    expect(status).toBe(0);
    expect(output).toMatch(/^\S+Z {2}published default\/1\/1\n\S+Z {2}blue\/r0 applied it\n\S+Z {2}in force in blue\n$/);
    expect(object).toMatchObject({
      revision: { token: { revision: 1 } },
      inForceAt: expect.any(String),
      clusters: [{ cluster: "blue", unknown: [], replicas: [{ replica: "r0", appliedAt: expect.any(String), nack: null }] }],
    });
  });

  it("tells who refused it, and that it is not in force there", async () => {
    await using operator = await aPublisher(server());
    const replica = await operator.replica("blue", "r0");
    await replica.serves(1);
    await publishPoison(operator);
    await operator.portcullis("rollout", "status", "--wait");

    const { output } = await operator.portcullis("rollout", "timeline");

    expect(output).toMatch(/^- +blue\/r0 refused it: this is \S+ \(test-poison\)\n- +not in force in blue\n$/m);
  });
});

await describeOnBus("fleet", (server) => {
  it("shows each replica with what it serves, and what it should", async () => {
    await using operator = await aPublisher(server());
    await (await operator.replica("blue", "r0")).serves(1);
    await (await operator.replica("green", "r1")).serves(1);

    const { status, output } = await operator.portcullis("fleet");
    const objects = await operator.objects("fleet");

    expect(status).toBe(0);
    expect(output).toMatch(/^CLUSTER +REPLICA +SERVES +TARGET +STANDING +FRESHNESS +REPORTED +VERSION$/m);
    expect(output).toMatch(/^blue +r0 +default\/1\/1 +default\/1\/1 +current +fresh +\S+ s ago +0\.1\.0$/m);
    expect(output).toMatch(/\nnewest revision default\/1\/1\n$/);
    expect(objects).toMatchObject([
      { cluster: "blue", replica: "r0", target: { revision: 1 }, standing: "current", nack: null, status: { applied: { revision: 1 } } },
      { cluster: "green", replica: "r1" },
    ]);
  });

  it("answers no where a replica refused its target, and names the reason", async () => {
    await using operator = await aPublisher(server());
    await (await operator.replica("blue", "r0")).serves(1);
    await publishPoison(operator);
    await operator.portcullis("rollout", "status", "--wait");

    const { status, output } = await operator.portcullis("fleet");

    expect(status).toBe(1);
    expect(output).toMatch(/^blue +r0 +default\/1\/1 +default\/1\/2 +refused /m);
    expect(output).toMatch(/^blue\/r0 refused default\/1\/2: this is \\u\{1b\}\[31mpoison \(test-poison\)$/m);
  });

  it("answers no where a policy has expired, and where nobody has reported", async () => {
    await using operator = await aPublisher(server());
    const nobody = await operator.portcullis("fleet");
    await (await operator.replica("blue", "r0", { freshness: "expired", stalenessMs: 90_000, whenExpired: "deny" })).serves(1);

    const { status, output } = await operator.portcullis("fleet");

    expect(nobody.status).toBe(1);
    expect(nobody.output).toBe("newest revision default/1/1; no replica has reported within the last day\n");
    expect(status).toBe(1);
    expect(output).toMatch(/ current +expired for 1 min 30 s +/);
  });
});
