import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type DevelopmentPki, loadCertificateAuthority } from "@portcullis/pki";
import {
  generateNkeySeed,
  natsParts,
  publicKeyOf,
  rightsPlanOf,
  type ServerConfigOptions,
  type ServerPlace,
  type ServerTls,
  writeServerConfig,
} from "@portcullis/policy-bus/nats-server-config";
import {
  findFreePort,
  type HeldDirection,
  type NatsProgram,
  type NatsServer,
  startConfiguredNats,
  startTcpProxy,
  type TcpProxy,
  type TemporaryFolder,
} from "@portcullis/testing";

/** A hub and a leaf node for each cluster, as `portcullis nats config` configures them, with TLS everywhere. */
export interface NatsEstate extends AsyncDisposable {
  readonly hub: readonly NatsServer[];
  /** Addresses for settings, with commas. */
  readonly hubAddresses: string;
  leaf(cluster: string): LeafNode;
  /** The file with the seed of a part. */
  seedFile(part: string): string;
}

export interface LeafNode {
  readonly server: NatsServer;
  readonly address: string;
  /** What lies between it and the hub. */
  readonly link: { cut(): void; hold(direction?: HeldDirection): void; heal(): void };
}

export interface NatsEstateOptions {
  readonly clusters: readonly string[];
  readonly replicas: readonly string[];
  readonly hubSize: 1 | 3;
  readonly folder: TemporaryFolder;
  readonly pki: DevelopmentPki;
}

type Place = Required<Omit<ServerPlace, "leafAddress">>;

export async function startNatsEstate(program: NatsProgram, options: NatsEstateOptions): Promise<NatsEstate> {
  const { clusters, hubSize, folder } = options;
  const hubPlaces = await Promise.all(Array.from({ length: hubSize }, (_, index) => findPlace(`hub-${index + 1}`, folder)));
  const leafPlaces = await Promise.all(clusters.map((cluster) => findPlace(`leaf-${cluster}`, folder)));
  const { configOf, seedFile } = await planEstate(program, options, leafPlaces);
  const started: AsyncDisposable[] = [];

  async function start(places: readonly Place[], hub: readonly ServerPlace[]): Promise<readonly NatsServer[]> {
    const texts = configOf(hub);
    const cluster = await startConfiguredNats(
      program,
      places.map((place) => ({ ...place, text: texts.get(place.name) ?? "" })),
    );
    started.push(cluster);
    return cluster.servers;
  }
  async function startLeaf(place: Place): Promise<LeafNode> {
    const links = await Promise.all(hubPlaces.map(({ leafPort }) => startTcpProxy(leafPort)));
    started.push(...links);
    // To this leaf node the hub is where its own proxies are.
    const [server] = await start(
      [place],
      hubPlaces.map((hub, index) => ({ ...hub, leafAddress: `127.0.0.1:${links[index]?.port}` })),
    );
    if (server === undefined) throw new Error("no leaf node was started");
    return { server, address: addressOf(place), link: joinLinks(links) };
  }

  // Release 2.9 tells leaf nodes where else it is, which must not lead around the proxies.
  const hub = await start(
    hubPlaces,
    hubPlaces.map((place) => ({ ...place, leafAddress: "localhost:1" })),
  );
  const leaves = new Map(
    await Promise.all(clusters.map(async (cluster, index) => [cluster, await startLeaf(leafPlaces[index] ?? failed())] as const)),
  );
  return {
    hub,
    hubAddresses: hubPlaces.map(addressOf).join(","),
    leaf(cluster) {
      const found = leaves.get(cluster);
      if (found === undefined) throw new Error(`there is no cluster "${cluster}"`);
      return found;
    },
    seedFile,
    [Symbol.asyncDispose]: async () => void (await Promise.all(started.toReversed().map((one) => one[Symbol.asyncDispose]()))),
  };
}

/** Texts of all servers for hubs at such places: the credentials stay the same. */
async function planEstate(program: NatsProgram, { clusters, replicas, folder, pki }: NatsEstateOptions, leafPlaces: readonly Place[]) {
  const plan = {
    clusters: clusters.map((name, index) => ({ name, replicas, leaf: leafPlaces[index] ?? failed() })),
    tls: await issueServerTls(pki, folder),
    release: program.version.startsWith("2.9.") ? ("2.9" as const) : ("2.10" as const),
  };
  const secrets = new Map(
    natsParts(rightsPlanOf(plan)).map(({ name, kind }) => [
      name,
      kind === "leaf" || kind === "route" ? randomBytes(32).toString("base64url") : generateNkeySeed(),
    ]),
  );
  const seedFile = (part: string) => join(folder.path, "credentials", `${part}.nk`);
  await Promise.all([...secrets].map(([part, secret]) => folder.write(join("credentials", `${part}.nk`), secret)));
  const credentialOf: ServerConfigOptions["credentialOf"] = ({ name, kind }) => {
    const secret = secrets.get(name) ?? "";
    return kind === "leaf" || kind === "route" ? secret : publicKeyOf(secret);
  };
  const configOf = (hub: readonly ServerPlace[]) =>
    new Map(writeServerConfig({ ...plan, hub, credentialOf }).map(({ server, text }) => [server, text]));
  return { configOf, seedFile };
}

/** One certificate for all: routes present it as clients too. */
async function issueServerTls(pki: DevelopmentPki, folder: TemporaryFolder): Promise<ServerTls> {
  const [certPem, keyPem] = await Promise.all([pki.caFile, pki.caKeyFile].map((file) => readFile(file, "utf8")));
  const authority = await loadCertificateAuthority({ certPem: certPem ?? "", keyPem: keyPem ?? "" });
  const issued = await authority.issue({ commonName: "nats", dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"], usage: "both" });
  return {
    certFile: await folder.write("nats.crt", issued.certPem),
    keyFile: await folder.write("nats.key", issued.keyPem),
    caFile: pki.caFile,
  };
}

async function findPlace(name: string, folder: TemporaryFolder): Promise<Place> {
  const [clientPort = 0, leafPort = 0, routePort = 0, monitorPort = 0] = await Promise.all(Array.from({ length: 4 }, findFreePort));
  const storeFolder = join(folder.path, "nats", name);
  return { name, host: "127.0.0.1", bind: "127.0.0.1", clientPort, leafPort, routePort, monitorPort, storeFolder };
}

function addressOf({ host, clientPort }: Place): string {
  return `tls://${host}:${clientPort}`;
}

function joinLinks(links: readonly TcpProxy[]): LeafNode["link"] {
  const all = (change: (link: TcpProxy) => void) => {
    for (const link of links) change(link);
  };
  return {
    cut: () => all((link) => link.cut()),
    hold: (direction) => all((link) => link.hold(direction)),
    heal: () => all((link) => link.heal()),
  };
}

function failed(): never {
  throw new Error("there is no place for a leaf node");
}
