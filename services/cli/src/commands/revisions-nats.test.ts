import { createNatsRevisionLog } from "@portcullis/policy-bus";
import { expect, it } from "vitest";
import { anOperator, aPolicy, describeOnBus, type Operator } from "../bus-fixture.ts";

async function afterTwo(server: string): Promise<Operator> {
  const operator = await anOperator(server);
  await operator.write("policies/a.yaml", `${aPolicy("registry.corp.example")}---\n${aPolicy("quay.corp.example", "second")}`);
  await operator.write("policies/list.txt", "docker.io/a/**\ndocker.io/b/**\n");
  await operator.portcullis("publish", "policies");
  await operator.write("policies/a.yaml", aPolicy("registry.corp.example/team"));
  await operator.write("policies/list.txt", "docker.io/b/**\ndocker.io/c/**\ndocker.io/d/**\n");
  await operator.portcullis("publish", "policies");
  return operator;
}

const pastRevision = { lineage: "default", epoch: 1 };

await describeOnBus("revisions", (server) => {
  it("lists the newest first, with who published them for whom", async () => {
    await using operator = await afterTwo(server());

    const all = await operator.portcullis("revisions", "list");
    const one = await operator.portcullis("revisions", "list", "--limit", "1");

    expect(all.status).toBe(0);
    expect(all.output).toMatch(
      /^REVISION +PUBLISHED +BY +FOR +POLICIES\ndefault\/1\/2 +\S+Z +ops@example\.com +all clusters +sha256:\S+\ndefault\/1\/1 /,
    );
    expect(one.output).toMatch(/\ndefault\/1\/2 .*\nand 1 revision before; --limit 2 shows all\n$/);
    expect(await operator.objects("revisions", "list")).toMatchObject([
      { token: { ...pastRevision, revision: 2 }, audience: ["*"], publisher: "ops@example.com", signedBy: [expect.any(String)] },
      { token: { ...pastRevision, revision: 1 } },
    ]);
  });

  it("names entries of strangers, and answers no", async () => {
    await using operator = await afterTwo(server());
    const show = await operator.portcullis("revisions", "list", "--output", "json");
    const policySet = operator.policySet;
    const log = createNatsRevisionLog({ servers: [server()], name: "stranger", policySet });
    await log.append({ envelope: Buffer.from("garbage") }, { expectedPosition: 2, messageId: "x" });
    await log.close();

    const text = await operator.portcullis("revisions", "list");
    const objects = await operator.objects("revisions", "list");

    expect(show.status).toBe(0);
    expect(text.output).toMatch(/^(alarm|left out): entry 3 of the log is no revision: .* \(revision-malformed\)$/m);
    expect(objects.at(-1)).toMatchObject({ skipped: { position: 3, code: "revision-malformed" } });
  });

  it("shows one with its files, by any of its names", async () => {
    await using operator = await afterTwo(server());

    for (const name of ["1", "1/1", "1.1", "default/1/1"]) {
      const { status, output } = await operator.portcullis("revisions", "show", name);
      expect(status).toBe(0);
      expect(output).toMatch(/^revision +default\/1\/1@sha256:[0-9a-f]{64}\n/);
      expect(output).toMatch(/^ {2}list\.txt +30 bytes$/m);
    }
    expect(await operator.objects("revisions", "show")).toMatchObject([
      { token: { revision: 2 }, files: [{ path: "a.yaml" }, { path: "list.txt" }] },
    ]);
  });

  it("says by meaning what differs between two", async () => {
    await using operator = await afterTwo(server());

    const { status, output } = await operator.portcullis("revisions", "diff", "1");
    const same = await operator.portcullis("revisions", "diff", "2", "2");
    const [object] = await operator.objects("revisions", "diff", "1", "2");

    expect(status).toBe(0);
    expect(output).toBe(
      "default/1/1 to default/1/2:\n  - policy second\n  ~ policy registries\n  ~ list list.txt: 2 patterns more, 1 fewer\n",
    );
    expect(same.output).toBe("default/1/2 to default/1/2: no difference\n");
    expect(object).toMatchObject({
      before: { token: { revision: 1 } },
      after: { token: { revision: 2 } },
      difference: { policies: { added: [], removed: ["second"], changed: ["registries"] } },
    });
  });

  it.each([
    [["show", "9"], "control-no-such-revision"],
    [["show", "seven"], "cli-usage"],
    [["show", "payments/1/1"], "cli-usage"],
    [["show", "1", "--file", "absent.yaml"], "cli-unreadable"],
    [["diff", "1", "9"], "control-no-such-revision"],
    [["list", "--limit", "all"], "cli-usage"],
  ])("gives no answer to %j", async (args, code) => {
    await using operator = await afterTwo(server());

    const { status, output, error } = await operator.portcullis("revisions", ...args);

    expect({ status, output }).toEqual({ status: 2, output: "" });
    expect(error).toMatch(new RegExp(`^portcullis: .* \\(${code}\\)\\n$`));
  });
});

await describeOnBus("rollback", (server) => {
  it("brings back what was before, as a new revision, and says what changes", async () => {
    await using operator = await afterTwo(server());

    const { status, output } = await operator.portcullis("rollback");
    const [object] = await operator.objects("revisions", "diff", "1", "3");

    expect(status).toBe(0);
    expect(output).toContain("changes against default/1/2 (all clusters)\n  + policy second\n  ~ policy registries\n");
    expect(output).toContain("published default/1/3 for all clusters, brings back default/1/1\n");
    expect(object).toMatchObject({ difference: { files: { added: [], removed: [], changed: [] } } });
  });

  it("passes over revisions that hold the same policies once more", async () => {
    await using operator = await afterTwo(server());
    await operator.portcullis("keys", "rotate", "--next-key", "next.key");

    const { output } = await operator.portcullis("rollback", "--key", "next.key");

    expect(output).toContain("published default/1/4 for all clusters, brings back default/1/1\n");
  });

  it("brings back a revision that is named, for clusters that are named, or only says what it would do", async () => {
    await using operator = await afterTwo(server());

    const dry = await operator.portcullis("rollback", "--to", "default/1/1", "--dry-run");
    const [object] = await operator.objects("rollback", "--to", "1", "--audience", "blue", "--audience", "green");

    expect(dry.output).toMatch(/would be published as default\/1\/3; nothing was written\n$/);
    expect(object).toMatchObject({ outcome: "published", revision: { rollbackOf: 1, audience: ["blue", "green"] } });
  });

  it("has nothing to bring back where no other policies were published", async () => {
    await using operator = await anOperator(server());
    const empty = await operator.portcullis("rollback");
    await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));
    await operator.portcullis("publish", "policies");

    const first = await operator.portcullis("rollback");
    const unknown = await operator.portcullis("rollback", "--to", "9");

    expect([empty.status, first.status, unknown.status]).toEqual([2, 2, 2]);
    expect(empty.error).toContain("(cli-nothing-published)");
    expect(first.error).toContain("(cli-nothing-published)");
    expect(unknown.error).toMatch(/\((publish|control)-no-such-revision\)\n$/);
  });
});
