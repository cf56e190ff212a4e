import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createTemporaryFolder } from "@portcullis/testing";
import { compareSync } from "bcryptjs";
import { describe, expect, it } from "vitest";
import { describeOnNats } from "./describe-on-nats-fixture.ts";
import { generateNkeySeed, publicKeyOf } from "./nats-identity.ts";
import { type ServerConfigOptions, serverReleases, writeServerConfig } from "./server-config.ts";
import { type NatsPart, natsParts } from "./server-parts.ts";

const passwordOf = ({ name }: NatsPart) => `password-of-${name}`;

function someServers(overrides: Partial<ServerConfigOptions> = {}): ServerConfigOptions {
  return {
    hub: [{ name: "hub", host: "hub.example" }],
    clusters: [{ name: "blue", replicas: ["decision-0"], leaf: { name: "leaf-blue", host: "nats.blue.example" } }, { name: "eu.west" }],
    tls: { certFile: "tls.crt", keyFile: "tls.key", caFile: "ca.crt" },
    credentialOf: (part) => (part.kind === "leaf" || part.kind === "route" ? passwordOf(part) : publicKeyFor(part.name)),
    ...overrides,
  };
}

const publicKeys = new Map<string, string>();

function publicKeyFor(name: string): string {
  const key = publicKeys.get(name) ?? publicKeyOf(generateNkeySeed());
  publicKeys.set(name, key);
  return key;
}

const three = [1, 2, 3].map((index) => ({ name: `hub-${index}`, host: `hub-${index}.example` }));

describe("writeServerConfig", () => {
  it("writes one file for each server, and the same one again", () => {
    const files = writeServerConfig(someServers({ hub: three }));

    expect(files.map(({ name }) => name)).toEqual(["hub-1.conf", "hub-2.conf", "hub-3.conf", "leaf-blue.conf"]);
    expect(writeServerConfig(someServers({ hub: three }))).toEqual(files);
  });

  it("gives the hub no password of a leaf node, only what one can be compared with", () => {
    const [hub, leaf] = writeServerConfig(someServers());

    const [hash = ""] = /\$2[aby]\$04\$[./A-Za-z0-9]{53}/.exec(hub?.text ?? "") ?? [];
    expect(hub?.text).not.toContain("password-of-leaf.blue");
    expect(compareSync("password-of-leaf.blue", hash)).toBe(true);
    expect(leaf?.text).toContain("nats-leaf://CLUSTER_blue:password-of-leaf.blue@hub.example:7422");
  });

  it("opens no port for leaf nodes or routes where there are none", () => {
    const [hub] = writeServerConfig(someServers({ clusters: [{ name: "blue" }] }));

    expect(hub?.text).not.toMatch(/leafnodes|cluster:/);
  });

  it("asks routes for a certificate as well as a password", () => {
    const [hub] = writeServerConfig(someServers({ hub: three }));

    const [routes = ""] = /^cluster: \{.*?^\}/ms.exec(hub?.text ?? "") ?? [];
    expect(routes).toContain("verify: true");
    expect(routes).toContain("password-of-route");
  });

  it.each([
    ["two clusters of one name", { clusters: [{ name: "blue" }, { name: "blue" }] }],
    ["two replicas of one name", { clusters: [{ name: "blue", replicas: ["a", "a"] }] }],
    ["a cluster without a name", { clusters: [{ name: "" }] }],
    ["no hub", { hub: [] }],
    ["two servers of one name", { hub: [{ name: "leaf-blue", host: "hub.example" }] }],
    ["a policy set that no stream can be named after", { policySet: "A.b" }],
  ])("refuses %s", (_what, overrides) => {
    expect(() => writeServerConfig(someServers(overrides))).toThrow(expect.objectContaining({ code: "bus-name-invalid" }));
  });
});

describe("natsParts", () => {
  it("names no two parts the same, whatever clusters and replicas are called", () => {
    const clusters = ["a", "a.b", "a=2eb", "a%2eb", "A"].map((name) => ({ name, hasLeaf: true, replicas: ["b", "b.c", "b=2ec"] }));

    const names = natsParts({ clusters }).map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_=.-]+$/);
  });
});

await describeOnNats("writeServerConfig", (program) => {
  it.each(serverReleases)("writes what the server takes, for release %s", async (release) => {
    await using folder = await createTemporaryFolder();
    const isOld = program.version.startsWith("2.9.");

    const checks = writeServerConfig(someServers({ hub: three, tls: undefined, release })).map(async ({ name, text }) => {
      const { stderr } = await promisify(execFile)(program.path, ["-t", "--config", await folder.write(name, text)]);
      return stderr;
    });

    // An option that 2.9 does not know.
    if (isOld && release !== "2.9") await expect(Promise.all(checks)).rejects.toThrow("sync_interval");
    else for (const said of await Promise.all(checks)) expect(said).toMatch(/^nats-server: configuration file \S+ is valid.*\n$/);
  });
});
