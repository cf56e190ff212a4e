import { copyFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { anOperator, aPolicy, describeOnBus, type Operator } from "../bus-fixture.ts";

async function aPublisher(server: string): Promise<Operator> {
  const operator = await anOperator(server);
  await operator.write("policies/a.yaml", aPolicy("registry.corp.example"));
  await operator.portcullis("publish", "policies");
  return operator;
}

await describeOnBus("keys rotate", (server) => {
  it("publishes what is in force once more, and hands over to the next key", async () => {
    await using operator = await aPublisher(server());

    const { status, output, error } = await operator.portcullis("keys", "rotate", "--next-key", "next.key");
    const byOld = await operator.portcullis("publish", "policies", "--force");
    const byNext = await operator.portcullis("publish", "policies", "--force", "--key", "next.key");

    expect({ status, error }).toEqual({ status: 0, error: "" });
    expect(output).toMatch(/^published default\/1\/2 for all clusters, from here on signed by sha256:[0-9a-f]{12}$/m);
    expect(output).toMatch(
      /^signing\.key: signs nothing any more; delete it once `portcullis fleet` shows every replica at default\/1\/2 /m,
    );
    expect((await stat(join(operator.folder, "next.key"))).mode & 0o777).toBe(0o600);
    expect(byOld.error).toContain("(publish-key-untrusted)");
    expect(byNext.output).toContain("published default/1/3 ");
  });

  it("changes nothing for replicas, which follow by the trust file that they have", async () => {
    await using operator = await aPublisher(server());
    const replica = await operator.replica("blue", "r0");
    await replica.serves(1);

    await operator.portcullis("keys", "rotate", "--next-key", "next.key");
    await operator.portcullis("publish", "policies", "--force", "--key", "next.key");

    await replica.serves(3);
    expect((await operator.portcullis("fleet")).status).toBe(0);
  });

  it("goes on where it was interrupted, and does nothing a second time", async () => {
    await using operator = await aPublisher(server());
    await operator.portcullis("keys", "init", "--key", "next.key", "--trust", "unused.json");

    const first = await operator.portcullis("keys", "rotate", "--next-key", "next.key");
    const second = await operator.portcullis("keys", "rotate", "--next-key", "next.key");

    expect(first.output).toContain("published default/1/2 ");
    expect(second.status).toBe(0);
    expect(second.output).toContain("nothing to publish: default/1/2 ");
    expect(await operator.objects("revisions", "list")).toHaveLength(2);
  });

  it("adds a signer beside the current one where that is kept", async () => {
    await using operator = await aPublisher(server());

    const added = await operator.objects("keys", "rotate", "--next-key", "ci.key", "--keep");
    const byBoth = await operator.portcullis("publish", "policies", "--force", "--key", "ci.key", "--key", "signing.key");
    const [shown] = await operator.objects("keys", "show", "--key", "ci.key", "--key", "signing.key");

    expect(added).toMatchObject([
      { outcome: "published", nextKeyFile: "ci.key", revision: { nextKeys: [expect.any(String), expect.any(String)] } },
    ]);
    expect(byBoth.output).toMatch(/signed by sha256:\S+, sha256:\S+$/m);
    expect(shown).toMatchObject({
      keys: [
        { file: "ci.key", maySign: true },
        { file: "signing.key", maySign: true },
      ],
    });
  });

  it("writes a trust file that believes no key before the next one, for when a thief may have one", async () => {
    await using operator = await aPublisher(server());

    const rotated = await operator.portcullis("keys", "rotate", "--next-key", "next.key", "--new-trust", "new-trust.json");
    await operator.portcullis("publish", "policies", "--force", "--key", "next.key");
    await copyFile(join(operator.folder, "new-trust.json"), join(operator.folder, "trust.json"));
    const replica = await operator.replica("blue", "r0");

    await replica.serves(3);
    expect(rotated.output).toMatch(/^new-trust\.json: give it to every replica, and publish once more: /m);
    expect((await operator.portcullis("keys", "show", "--key", "next.key")).status).toBe(0);
  });

  it("asks for another file where a trust file would be replaced, and for a new start where nothing was published", async () => {
    await using operator = await anOperator(server());

    const replacing = await operator.portcullis("keys", "rotate", "--next-key", "next.key", "--new-trust", "trust.json");
    const empty = await operator.portcullis("keys", "rotate", "--next-key", "next.key");

    expect(replacing.error).toContain("(cli-file-exists)");
    expect(empty.status).toBe(2);
    expect(empty.error).toMatch(/run `portcullis keys init` anew \(cli-nothing-published\)\n$/);
    await expect(stat(join(operator.folder, "next.key"))).rejects.toThrow("ENOENT");
  });
});

await describeOnBus("keys show", (server) => {
  it("tells whom the log believes from whom replicas begin with", async () => {
    await using operator = await aPublisher(server());
    await operator.portcullis("keys", "rotate", "--next-key", "next.key");

    const old = await operator.portcullis("keys", "show");
    const both = await operator.portcullis("keys", "show", "--key", "next.key", "--key", "signing.key");

    expect(old.status).toBe(1);
    expect(both.status).toBe(0);
    expect(both.output).toMatch(
      /begin with\n {2}sha256:\S+ {2}\(signing\.key\)\nafter default\/1\/2 the log may go on with\n {2}sha256:\S+ {2}\(next\.key\)\n/,
    );
    expect(both.output).toMatch(/^may sign nothing now: sha256:\S+ {2}\(signing\.key\)$/m);
  });

  it("says so of a log that is empty", async () => {
    await using operator = await anOperator(server());

    const { status, output } = await operator.portcullis("keys", "show");

    expect(status).toBe(0);
    expect(output).toContain("the log is empty: its first revision may be signed by\n");
  });
});
