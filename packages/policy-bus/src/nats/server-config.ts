import { createHash } from "node:crypto";
import { encodeBase64, hashSync } from "bcryptjs";
import { RevisionLogError } from "../revision-log-error.ts";
import { accountOf, type ConfigObject, type ConfigValue, hubAccounts, leafAccounts } from "./server-accounts.ts";
import { type NatsPart, natsParts, type RightsPlan, type ServedCluster } from "./server-parts.ts";

/** Where a server listens, where others find it, and where it keeps its streams. */
export interface ServerPlace {
  /** Unique among all servers. */
  readonly name: string;
  /** How others reach it, and what its certificate is for. */
  readonly host: string;
  /** The address it binds. Default `0.0.0.0`. The monitoring port is bound to 127.0.0.1. */
  readonly bind?: string;
  /** Default 4222. */
  readonly clientPort?: number;
  /** Default 7422. */
  readonly leafPort?: number;
  /** `host:port` by which leaf nodes reach a server of the hub, where another name or port leads there. */
  readonly leafAddress?: string;
  /** Default 6222. */
  readonly routePort?: number;
  /** Default 8222. */
  readonly monitorPort?: number;
  /** Default `/var/lib/nats`. */
  readonly storeFolder?: string;
}

/** A cluster, and the server that is its leaf node. */
export interface ClusterServers extends Omit<ServedCluster, "hasLeaf"> {
  /** Absent: its replicas connect to the hub. */
  readonly leaf?: ServerPlace;
}

/** PEM files as each server finds them, all in the same place. */
export interface ServerTls {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

/** The oldest release that runs: what one does not know, it refuses to start with. */
export const serverReleases = ["2.9", "2.10"] as const;
export type ServerRelease = (typeof serverReleases)[number];

/** Names of an account, of what it may do, and where its servers stand. */
export interface ServerConfigOptions extends Omit<RightsPlan, "clusters"> {
  /** One, or three that are one cluster. */
  readonly hub: readonly ServerPlace[];
  readonly clusters: readonly ClusterServers[];
  /** Undefined: in the clear, for one machine only. */
  readonly tls: ServerTls | undefined;
  /** Default 2.10, which is the first that can be told to sync every write. */
  readonly release?: ServerRelease;
  /** By the name of each of `natsParts`: the password of a leaf or route, the public key of any other. */
  readonly credentialOf: (part: NatsPart) => string;
}

/** A file for one server. It holds a secret: a password that the server itself presents to others. */
export interface ServerConfigFile {
  readonly name: string;
  readonly server: string;
  readonly text: string;
}

/** The plan that the options are for. */
export function rightsPlanOf({
  policySet = "default",
  domain = "hub",
  clusters,
}: Pick<ServerConfigOptions, "policySet" | "domain" | "clusters">): Required<RightsPlan> {
  return { policySet, domain, clusters: clusters.map(({ leaf, ...cluster }) => ({ ...cluster, hasLeaf: leaf !== undefined })) };
}

/** Configuration of every server of a hub and its leaf nodes: the same text for the same options. Throws `bus-name-invalid`. */
export function writeServerConfig(options: ServerConfigOptions): readonly ServerConfigFile[] {
  const plan = rightsPlanOf(options);
  const credentials = new Map(natsParts(plan).map((part) => [part.name, options.credentialOf(part)]));
  const context: Context = { ...options, plan, credentialNamed: (name) => credentials.get(name) ?? "" };
  const places = [...options.hub, ...options.clusters.flatMap(({ leaf }) => leaf ?? [])];
  if (options.hub.length === 0 || new Set(places.map(({ name }) => name)).size < places.length) {
    throw new RevisionLogError("bus-name-invalid", "there is no hub, or two servers have one name; name each server once");
  }
  return [
    ...options.hub.map((place) => toFile(place, hubServer(place, context))),
    ...plan.clusters.flatMap((cluster, index) => {
      const place = options.clusters[index]?.leaf;
      return place === undefined ? [] : [toFile(place, leafServer(place, cluster, context))];
    }),
  ];
}

interface Context extends ServerConfigOptions {
  readonly plan: Required<RightsPlan>;
  readonly credentialNamed: (name: string) => string;
}

function hubServer(place: ServerPlace, context: Context): ConfigObject {
  const { plan, release = "2.10", credentialNamed } = context;
  return {
    ...everyServer(place, context),
    jetstream: {
      store_dir: place.storeFolder ?? "/var/lib/nats",
      ...(release !== "2.9" && { sync_interval: "always" }),
    },
    ...(context.hub.length > 1 && { cluster: routes(place, context) }),
    ...leafPort(place, context),
    ...hubAccounts(plan, credentialNamed),
  };
}

function leafServer(place: ServerPlace, cluster: ServedCluster, context: Context): ConfigObject {
  const { plan, hub, tls, credentialNamed } = context;
  const password = credentialNamed(leafOf(cluster, plan)?.name ?? "");
  const account = accountOf(cluster);
  const urls = hub.map((server) => `nats-leaf://${encodeURIComponent(account)}:${password}@${leafAddressOf(server)}`);
  return {
    ...everyServer(place, context),
    leafnodes: { remotes: [{ urls, account, ...(tls && { tls: { ca_file: tls.caFile } }) }] },
    ...leafAccounts(cluster, plan, credentialNamed),
  };
}

function everyServer({ name, bind = "0.0.0.0", clientPort = 4222, monitorPort = 8222 }: ServerPlace, { tls }: Context): ConfigObject {
  return {
    server_name: name,
    listen: `${bind}:${clientPort}`,
    http: `127.0.0.1:${monitorPort}`,
    ...(tls && { tls: serverTls(tls) }),
    // A connection that is half open stays unnoticed for four minutes otherwise.
    ping_interval: "2s",
    ping_max: 2,
  };
}

/**
 * Leaf nodes are users of this port alone: without any such user 2.9 takes in, as the global account, a leaf node that presents
 * no credential, although there are accounts; and it takes no key from one.
 */
function leafPort(place: ServerPlace, { plan, tls, credentialNamed }: Context): ConfigObject {
  const { bind = "0.0.0.0", leafPort: port = 7422 } = place;
  const users = plan.clusters.flatMap((cluster) => {
    const leaf = leafOf(cluster, plan);
    if (leaf === undefined) return [];
    const account = accountOf(cluster);
    return [{ user: account, password: hashPassword(credentialNamed(leaf.name)), account }];
  });
  if (users.length === 0) return {};
  return {
    leafnodes: {
      listen: `${bind}:${port}`,
      // 2.9 tells leaf nodes an address to come back to in any case: the one by which it is reached, then.
      advertise: leafAddressOf(place),
      no_advertise: true,
      ...(tls && { tls: serverTls(tls) }),
      authorization: { users },
    },
  };
}

function leafAddressOf({ host, leafPort = 7422, leafAddress = `${host}:${leafPort}` }: ServerPlace): string {
  return leafAddress;
}

function leafOf(cluster: ServedCluster, plan: RightsPlan): NatsPart | undefined {
  return natsParts(plan).find((part) => part.kind === "leaf" && part.cluster.name === cluster.name);
}

/** Whoever may open a route is every account at once, so that routes want a certificate as well as a password. */
function routes({ bind = "0.0.0.0", routePort = 6222 }: ServerPlace, { hub, tls, credentialNamed }: Context): ConfigObject {
  const [user, password] = ["route", credentialNamed("route")];
  return {
    name: "portcullis",
    listen: `${bind}:${routePort}`,
    no_advertise: true,
    authorization: { user, password, timeout: 5 },
    ...(tls && { tls: { ...serverTls(tls), ca_file: tls.caFile, verify: true } }),
    routes: hub.map((other) => `nats-route://${user}:${password}@${other.host}:${other.routePort ?? 6222}`),
  };
}

function serverTls({ certFile, keyFile }: ServerTls): ConfigObject {
  return { cert_file: certFile, key_file: keyFile, timeout: 5 };
}

/**
 * The lowest cost, since a password of 256 random bits is not guessed at any, and the server pays it whenever somebody tries.
 * Its salt is made from it, so that the same options give the same file.
 */
function hashPassword(password: string): string {
  const salt = createHash("sha256").update(`salt of ${password}`).digest();
  return hashSync(password, `$2a$04$${encodeBase64([...salt], 16)}`);
}

function toFile({ name }: ServerPlace, config: ConfigObject): ServerConfigFile {
  const lines = Object.entries(config).map(([key, value]) => `${key}: ${toText(value)}`);
  const head = "# Written by `portcullis nats config`. Holds secrets: readable by nats-server only.";
  return { name: `${name}.conf`, server: name, text: `${[head, ...lines].join("\n\n")}\n` };
}

/** The names of fields in bare letters, as nats-server's own documents write them. */
function toText(value: ConfigValue): string {
  return JSON.stringify(value, undefined, 2).replaceAll(/^( *)"([a-z_]+)":/gm, "$1$2:");
}
