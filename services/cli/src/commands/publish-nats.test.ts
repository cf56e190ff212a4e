import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { anOperator, aPolicy, describeOnBus } from "../bus-fixture.ts";

await describeOnBus("publish", (server) => {
  it("shows what it found out, signs and publishes, and says under which name", async () => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));

    const { status, output, error } = await operator.portcullis("publish", "policies");

    expect({ status, error }).toEqual({ status: 0, error: "" });
    expect(output).toMatch(/^1 policy with 1 pattern in 1 file: 0 holes, \d+ pieces? of advice, no decision cases; sha256:[0-9a-f]{12}$/m);
    expect(output).toMatch(/^published default\/1\/1 for all clusters\n {2}revision 1 of epoch 1, entry 1 of the log, signed by sha256:/m);
  });

  it("says what changes against what clusters hold, and publishes nothing twice", async () => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));
    await operator.portcullis("publish", "policies");
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example/team"));
    await operator.write("policies/b.yaml", aPolicy("quay.corp.example", "second"));

    const { status, output } = await operator.portcullis("publish", "policies");
    const again = await operator.portcullis("publish", "policies");
    const forced = await operator.portcullis("publish", "policies", "--force");

    expect(status).toBe(0);
    expect(output).toContain("changes against default/1/1 (all clusters)\n  + policy second\n  ~ policy registries\n");
    expect(output).toContain("published default/1/2 ");
    expect(again.status).toBe(0);
    expect(again.output).toContain("nothing to publish: default/1/2 says the same for all clusters\n");
    expect(forced.output).toContain("published default/1/3 ");
  });

  it("writes nothing in a dry run, for which no key is needed", async () => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));

    const withKey = await operator.portcullis("publish", "policies", "--dry-run");
    const missing = await operator.portcullis("publish", "policies", "--dry-run", "--key", "absent.key");
    const list = await operator.portcullis("revisions", "list");

    expect(withKey.status).toBe(0);
    expect(withKey.output).toMatch(/would be published as default\/1\/1; nothing was written\n$/);
    expect(missing.status).toBe(2);
    expect(missing.error).toMatch(/absent\.key" cannot be read .*\(signing-key-unreadable\)\n$/);
    expect(list.output).toBe("no revision was published yet\n");
  });

  it.each([
    ["a mistake", "spec: { allow: 3 }", /^policies\/a\.yaml:4: spec\.allow: /m, "control-policies-invalid"],
    ["a hole", 'spec: { allow: ["**/app"] }', /^policies\/a\.yaml:4: hole: policy "x" allows "\*\*\/app"/m, "control-holes-open"],
  ])("refuses policies with %s, and answers no", async (_what, spec, place, code) => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", `apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: x }\n${spec}\n`);

    const { status, output } = await operator.portcullis("publish", "policies");
    const [object] = await operator.objects("publish", "policies");

    expect(status).toBe(1);
    expect(output).toMatch(place);
    expect(output).toMatch(new RegExp(`nothing was published: .* \\(${code}\\)\\n$`));
    expect(object).toMatchObject({ outcome: "refused", code, report: { files: 1 } });
  });

  it("refuses policies whose decision cases fail, and publishes a hole that is accepted", async () => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));
    const cases = "apiVersion: portcullis.dev/v1\nkind: DecisionCases\ncases:\n  - { name: ours, images: [nginx], expect: allow }\n";
    await operator.write("policies/cases.yaml", cases);
    await operator.write("open/a.yaml", aPolicy("registry.corp.example").replace("registry.corp.example/**", "**/app"));

    const failing = await operator.portcullis("publish", "policies");
    const open = await operator.portcullis("publish", "open", "--accept-holes");

    expect(failing.status).toBe(1);
    expect(failing.output).toMatch(/^policies\/cases\.yaml:4: fail: ours: /m);
    expect(failing.output).toContain("(control-cases-failed)");
    expect(open.status).toBe(0);
  });

  it("loses to a revision that came first, and names it", async () => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));
    await operator.portcullis("publish", "policies");
    await operator.write("policies/a.yaml", aPolicy("quay.corp.example"));

    const late = await operator.portcullis("publish", "policies", "--base", "none");
    const [object] = await operator.objects("publish", "policies", "--base", "none");
    const timely = await operator.portcullis("publish", "policies", "--base", "default/1/1");

    expect(late.status).toBe(1);
    expect(late.output).toMatch(
      /^nothing was published: default\/1\/1 came first, by ops@example\.com at \S+; .*revisions show default\/1\/1/m,
    );
    expect(object).toMatchObject({ outcome: "conflict", won: { token: { lineage: "default", epoch: 1, revision: 1 } } });
    expect(timely.status).toBe(0);
  });

  it("goes out in waves: to some clusters, and then with the same digest to more", async () => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));

    const first = await operator.portcullis("publish", "--audience", "canary-*", "policies");
    const wider = await operator.portcullis("publish", "--widen", "--audience", "canary-*,prod");
    const all = await operator.portcullis("publish", "--widen", "1");
    const narrower = await operator.portcullis("publish", "--widen", "--audience", "prod");

    expect(first.output).toContain("published default/1/1 for clusters canary-*\n");
    expect(wider.output).toContain("published default/1/2 for clusters canary-*, prod, widens default/1/1\n");
    expect(all.output).toContain("published default/1/3 for all clusters, widens default/1/1\n");
    expect(narrower.status).toBe(2);
    expect(narrower.error).toContain("(publish-audience-not-wider)");
  });

  it("begins a new epoch, which names what it comes after", async () => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));
    await operator.portcullis("publish", "policies");

    const next = await operator.portcullis("publish", "policies", "--new-epoch");
    const [shown] = await operator.objects("revisions", "show", "newest");
    const [first] = await operator.objects("revisions", "show", "1/1");

    expect(next.output).toContain("published default/2/1 for all clusters, begins epoch 2 after default/1/1\n");
    expect(shown).toMatchObject({ token: { epoch: 2, revision: 1 }, continues: { epoch: 1, revision: 1 } });
    expect(first).toMatchObject({ token: { epoch: 1, revision: 1 } });
  });

  it("is refused with a key that nobody trusts, before anything is written", async () => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));
    await operator.portcullis("keys", "init", "--key", "stranger.key", "--trust", "stranger.json");

    const { status, error } = await operator.portcullis("publish", "policies", "--key", "stranger.key");

    expect(status).toBe(2);
    expect(error).toMatch(/^portcullis: nothing was published: replicas would refuse this revision: .* \(publish-key-untrusted\)\n$/);
  });

  it("says what to do where the streams do not exist, and where no server answers", async () => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));

    const noStream = await operator.portcullis("publish", "policies", "--bus-policy-set", "another");
    const noServer = await operator.portcullis("publish", "policies", "--bus", "nats://127.0.0.1:1", "--timeout", "0.5");

    expect(noStream.status).toBe(2);
    expect(noStream.error).toMatch(/create it with `portcullis bus setup` \(bus-not-set-up\)\n$/);
    expect(noServer.status).toBe(2);
    expect(noServer.error).toMatch(/nothing was published: .*\((bus-unavailable|control-timeout)\)\n$/);
  });

  it.each([
    [["publish"], "name either the policies to publish, or --widen"],
    [["publish", "policies", "--base", "7"], '"7" names no revision in full'],
    [["publish", "policies", "--base", "payments/1/7"], 'is a revision of "payments"'],
    [["publish", "policies", "--timeout", "soon"], '--timeout "soon" is no number of seconds'],
    [["publish", "policies", "--continues", "1/1@sha256:00"], "add --new-epoch"],
    [["publish", "policies", "--new-epoch", "--continues", "1/1"], "names no revision with its digest"],
    [["publish", "policies", "--bus", "nats://me:secret@127.0.0.1:4222"], "holds credentials"],
  ])("takes %j for a mistake of usage", async (args, message) => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));

    const { status, error } = await operator.portcullis(...args);

    expect(status).toBe(2);
    expect(error).toContain(message);
    expect(error).toMatch(/\(cli-usage\)\n$/);
    expect(error).not.toContain("secret");
  });

  it("waits for the rollout where that is asked for", async () => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));
    await operator.replica("blue", "r0");

    const { status, output } = await operator.portcullis("publish", "policies", "--wait");

    expect(status).toBe(0);
    expect(output).toMatch(/blue\/r0 acked: serves default\/1\/1\n/);
    expect(output).toMatch(
      /all-acked: every replica of every cluster said that it serves default\/1\/1\n {2}blue: in force from \S+Z on: last apply /,
    );
  });

  it("keeps the folder as it was published", async () => {
    await using operator = await anOperator(server());
    const file = await operator.write("policies/a.yaml", `# why\n${aPolicy("registry.corp.example")}`);
    await operator.portcullis("publish", join(operator.folder, "policies"));

    const { output } = await operator.portcullis("revisions", "show", "--file", "a.yaml");

    expect(output).toBe(await readFile(file, "utf8"));
  });

  it("takes no private key along", async () => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));
    await operator.write("policies/keys/ci.txt", await readFile(join(operator.folder, "signing.key"), "utf8"));

    const { status, error } = await operator.portcullis("publish", "policies");

    expect(status).toBe(2);
    expect(error).toMatch(/^portcullis: ".*ci\.txt" holds a private key, .* \(cli-private-key\)\n$/);
    expect(await operator.portcullis("revisions", "list")).toMatchObject({ output: "no revision was published yet\n" });
  });

  it("says after a Ctrl-C that it does not know, and leaves a rollout that it waits for", async () => {
    await using operator = await anOperator(server());
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));
    await (await operator.replica("blue", "r0", { applied: null })).serves(0);

    const early = await operator.interrupted("", "publish", "policies", "--bus", "nats://127.0.0.1:1");
    const waiting = await operator.interrupted("blue/r0 pending", "publish", "policies", "--wait");

    expect(early.status).toBe(2);
    expect(early.error).toMatch(/stopped before it was known .* \(cli-publish-unknown\)\n$/);
    expect(waiting.status).toBe(1);
    expect(waiting.output).toMatch(/pending: not every replica serves default\/1\/1\n {2}blue: not in force; .*\n$/);
  });
});
