import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { createTemporaryFolder, findFreePort, type NatsProgram, type NatsServer, startConfiguredNats } from "@portcullis/testing";
import { generateNkeySeed, publicKeyOf } from "./nats-identity.ts";
import { type ServerConfigOptions, type ServerPlace, type ServerTls, writeServerConfig } from "./server-config.ts";
import type { NatsPart } from "./server-parts.ts";

export interface PlannedServers extends AsyncDisposable {
  readonly hub: readonly NatsServer[];
  /** The leaf node of cluster `a`. */
  readonly leaf: NatsServer;
  /** The seed of a part, or its password. */
  secretOf(part: string): string;
}

export interface PlannedServersOptions {
  readonly hubSize?: 1 | 3;
  readonly tls?: ServerTls;
}

type Place = Required<Omit<ServerPlace, "leafAddress">>;

/**
 * Servers with configuration as `writeServerConfig` writes it: a hub; cluster `a` behind a leaf node, with a credential for each of
 * two replicas; cluster `b` at the hub, with one credential for one replica; cluster `eu.west` at the hub, with one for all.
 */
export async function startPlannedServers(program: NatsProgram, { hubSize = 1, tls }: PlannedServersOptions = {}): Promise<PlannedServers> {
  const data = await createTemporaryFolder();
  const place = async (name: string): Promise<Place> => {
    const [clientPort, leafPort, routePort, monitorPort] = await Promise.all(Array.from({ length: 4 }, findFreePort));
    if (clientPort === undefined || leafPort === undefined || routePort === undefined || monitorPort === undefined) throw new Error();
    return {
      name,
      host: "127.0.0.1",
      bind: "127.0.0.1",
      clientPort,
      leafPort,
      routePort,
      monitorPort,
      storeFolder: `${data.path}/${name}`,
    };
  };
  const hubPlaces = await Promise.all(Array.from({ length: hubSize }, (_, index) => place(`hub-${index + 1}`)));
  const leafPlace = await place("leaf-a");
  const secrets = new Map<string, string>();
  const options: ServerConfigOptions = {
    hub: hubPlaces,
    clusters: [
      { name: "a", replicas: ["decision-0", "decision-1"], leaf: leafPlace },
      { name: "b", replicas: ["decision-0"] },
      { name: "eu.west" },
    ],
    tls,
    release: program.version.startsWith("2.9.") ? "2.9" : "2.10",
    credentialOf: (part) => credentialOf(part, secrets),
  };
  const texts = new Map(writeServerConfig(options).map(({ server, text }) => [server, text]));
  const start = (places: readonly Place[]) =>
    startConfiguredNats(
      program,
      places.map((one) => ({ ...one, text: texts.get(one.name) ?? "" })),
    );

  const hub = await start(hubPlaces);
  const leaves = await start([leafPlace]);
  const [leaf] = leaves.servers;
  if (leaf === undefined) throw new Error("there is no leaf node");
  await untilConnected(leaf);
  return {
    hub: hub.servers,
    leaf,
    secretOf: (part) => secrets.get(part) ?? "",
    async [Symbol.asyncDispose]() {
      await Promise.all([leaves[Symbol.asyncDispose](), hub[Symbol.asyncDispose]()]);
      await data.remove();
    },
  };
}

/** Resolves once a leaf node has its connection to the hub. */
export async function untilConnected(leaf: NatsServer): Promise<void> {
  for (const deadlineMs = performance.now() + 20_000; performance.now() < deadlineMs; await pause(25)) {
    if (JSON.stringify(await leaf.monitor("leafz")).includes('"leafnodes":1,')) return;
  }
  throw new Error(`the leaf node has no connection; it wrote:\n${leaf.output()}`);
}

function credentialOf({ kind, name }: NatsPart, secrets: Map<string, string>): string {
  const isPassword = kind === "leaf" || kind === "route";
  const secret = secrets.get(name) ?? (isPassword ? randomBytes(32).toString("base64url") : generateNkeySeed());
  secrets.set(name, secret);
  return isPassword ? secret : publicKeyOf(secret);
}
