import { chmod, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createTemporaryFolder, findFreePort, findNatsProgram, startConfiguredNats } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { recordedTerminal } from "../recorded-terminal-fixture.ts";
import { run } from "../run.ts";

const program = await findNatsProgram("newest");

async function anOperator() {
  const folder = await createTemporaryFolder();
  async function portcullis(...args: readonly string[]) {
    const terminal = recordedTerminal({ workingDirectory: folder.path, environment: {} });
    const status = await run(args, "0.1.0", terminal);
    return { status, ...terminal.written };
  }
  return {
    portcullis,
    natsConfig: (...args: readonly string[]) => portcullis("nats", "config", ...args),
    path: (...names: readonly string[]) => join(folder.path, ...names),
    write: folder.write,
    [Symbol.asyncDispose]: () => folder.remove(),
  };
}

const twoClusters = ["--hub", "hub.example", "--cluster", "green=decision-0,decision-1", "--leaf", "blue=nats.blue.example"];

describe("nats config", () => {
  it("writes a file for each server and a credential for each part, for their owner only", async () => {
    await using operator = await anOperator();

    const { status, output, error } = await operator.natsConfig(...twoClusters);

    expect({ status, error }).toEqual({ status: 0, error: "" });
    expect((await readdir(operator.path("nats"))).toSorted()).toEqual(["credentials", "hub.conf", "leaf-blue.conf"]);
    const credentials = ["leaf.blue.password", "monitor.nk", "observer.nk", "publisher.nk", "replica.blue.nk"];
    expect((await readdir(operator.path("nats", "credentials"))).toSorted()).toEqual([
      ...credentials,
      "replica.green.decision-0.nk",
      "replica.green.decision-1.nk",
      "setup.nk",
    ]);
    for (const name of ["hub.conf", "credentials/publisher.nk"]) expect((await stat(operator.path("nats", name))).mode & 0o777).toBe(0o600);
    expect(output).toContain("to the hub: tls://hub.example:4222, domain hub\n  in blue: tls://nats.blue.example:4222, domain hub\n");
  });

  it("keeps the credentials that are there, and closes files that others may read", async () => {
    await using operator = await anOperator();
    await operator.natsConfig(...twoClusters);
    const files = ["hub.conf", "leaf-blue.conf", "credentials/replica.blue.nk"];
    const read = () => Promise.all(files.map((name) => readFile(operator.path("nats", name), "utf8")));
    const before = await read();
    await chmod(operator.path("nats", "hub.conf"), 0o644);

    const again = await operator.natsConfig(...twoClusters);
    const unchanged = await read();
    const { output } = await operator.natsConfig(...twoClusters, "--cluster", "red", "--output", "json");

    expect(again.output).toContain("replica.blue.nk: replicas of blue (kept)\n");
    expect(unchanged).toEqual(before);
    expect((await stat(operator.path("nats", "hub.conf"))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(output)).toMatchObject({
      domain: "hub",
      credentials: expect.arrayContaining([
        expect.objectContaining({ part: "replica.blue", isNew: false }),
        expect.objectContaining({ part: "replica.red", cluster: "red", isNew: true, subscribe: ["portcullis.news.default"] }),
      ]),
    });
  });

  it.each([
    ["two servers", "cli-usage", ["--hub", "one", "two", "--cluster", "a"]],
    ["no cluster", "cli-usage", ["--hub", "one"]],
    ["a leaf without a host", "cli-usage", ["--hub", "one", "--leaf", "a"]],
    ["a host with more to it", "cli-usage", ["--hub", "one:4222", "--cluster", "a"]],
    ["a cluster twice", "cli-usage", ["--hub", "one", "--cluster", "a", "a=b"]],
    ["a replica without a name", "bus-name-invalid", ["--hub", "one", "--cluster", "a=b,"]],
    ["a port that is none", "cli-usage", ["--hub", "one", "--cluster", "a", "--client-port", "x"]],
    ["a domain that is no token", "cli-usage", ["--hub", "one", "--cluster", "a", "--domain", "a.>"]],
    ["a policy set that no stream is named after", "bus-name-invalid", ["--hub", "one", "--cluster", "a", "--policy-set", "A"]],
  ])("writes nothing for %s", async (_what, code, args) => {
    await using operator = await anOperator();

    const { status, error } = await operator.natsConfig(...args);

    expect(status).toBe(2);
    expect(error).toMatch(new RegExp(`^portcullis: .* \\(${code}\\)\\n$`));
    await expect(readdir(operator.path("nats"))).rejects.toThrow("ENOENT");
  });

  it.each([
    ["a seed", "publisher.nk", "bus-credentials-invalid"],
    ["a password", "leaf.blue.password", "cli-unreadable"],
  ])("uses nothing else for %s", async (_what, file, code) => {
    await using operator = await anOperator();
    await operator.write(`nats/credentials/${file}`, "SUnothing\n");

    const { status, error } = await operator.natsConfig(...twoClusters);

    expect(status).toBe(2);
    expect(error).toMatch(new RegExp(`\\(${code}\\)\\n$`));
    expect(error).not.toContain("SUnothing");
  });
});

describe("nats config, for a server", () => {
  it("lets each part do what it is for, on the server that it configures", async ({ skip }) => {
    if ("missing" in program) return skip(program.missing);
    await using operator = await anOperator();
    const [clientPort, monitorPort] = await Promise.all([findFreePort(), findFreePort()]);
    const place = ["--client-port", String(clientPort), "--monitor-port", String(monitorPort), "--store", operator.path("data")];
    await operator.natsConfig("--hub", "127.0.0.1", "--bind", "127.0.0.1", "--plaintext", "--cluster", "blue", ...place);
    const text = await readFile(operator.path("nats", "hub.conf"), "utf8");
    await using _servers = await startConfiguredNats(program, [{ name: "hub", text, clientPort, monitorPort, leafPort: 0 }]);
    const bus = ["--bus", `nats://127.0.0.1:${clientPort}`, "--bus-domain", "hub", "--bus-nkey"];
    const as = (part: string) => [...bus, `nats/credentials/${part}.nk`];
    await operator.portcullis("keys", "init");
    await operator.write(
      "policies/a.yaml",
      "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: a }\nspec: { allow: ['a.example/**'] }\n",
    );

    const byPublisher = await operator.portcullis("bus", "setup", "--replicas", "1", ...as("publisher"));
    const setUp = await operator.portcullis("bus", "setup", "--replicas", "1", ...as("setup"));
    const byObserver = await operator.portcullis("publish", "policies", ...as("observer"));
    const published = await operator.portcullis("publish", "policies", ...as("publisher"));
    const listed = await operator.portcullis("revisions", "list", ...as("observer"));

    expect(byPublisher).toMatchObject({ status: 2, error: expect.stringContaining("(bus-rejected)") });
    expect(setUp).toMatchObject({ status: 0, error: "" });
    expect(byObserver).toMatchObject({ status: 2, error: expect.stringContaining("(bus-rejected)") });
    expect(published).toMatchObject({ status: 0 });
    expect(listed.output).toContain("default/1/1");
  });
});
