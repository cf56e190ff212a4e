import { expect, it } from "vitest";
import { anOperator, describeOnBus } from "../bus-fixture.ts";

await describeOnBus("bus setup", (server) => {
  it("creates the streams, and leaves those alone that are there", async () => {
    await using operator = await anOperator(server());

    const again = await operator.portcullis("bus", "setup", "--replicas", "1");
    const list = await operator.portcullis("revisions", "list");

    expect(again.status).toBe(0);
    expect(again.output).toMatch(/^the streams are there, ready for `portcullis publish`\n(weakness: .*\n)+$/);
    expect(again.output).toContain("(bus-replicas-few)\n");
    expect(list.status).toBe(0);
  });

  it("says what a single server cannot keep", async () => {
    await using operator = await anOperator(server());

    const { status, error } = await operator.portcullis("bus", "setup", "--bus-policy-set", `${operator.policySet}-b`);

    expect(status).toBe(2);
    expect(error).toMatch(/a single server keeps one copy: --replicas 1 \(bus-rejected\)\n$/);
  });
});

await describeOnBus("bus check", (server) => {
  it("names every weakness, and believes the operator about what it cannot see", async () => {
    await using operator = await anOperator(server());

    const { status, output } = await operator.portcullis("bus", "check");
    const [object] = await operator.objects("bus", "check", "--sync-always");

    expect(status).toBe(1);
    expect(output).toContain("(bus-sync-interval-unknown)");
    expect(object).toMatchObject({ weaknesses: expect.arrayContaining([expect.objectContaining({ code: "bus-replicas-few" })]) });
    expect(JSON.stringify(object)).not.toContain("bus-sync-interval-unknown");
  });

  it("gives no answer where there are no streams, and where no server is named", async () => {
    await using operator = await anOperator(server());

    const missing = await operator.portcullis("bus", "check", "--bus-policy-set", "another");
    const unnamed = await operator.portcullis("bus", "check", "--bus", "");

    expect(missing.error).toMatch(/\(bus-not-set-up\)\n$/);
    expect([missing.status, unnamed.status]).toEqual([2, 2]);
  });
});
