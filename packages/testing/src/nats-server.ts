import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { findFreePort } from "./find-free-port.ts";
import { type LaunchedProcess, launchProcess, type ProcessEnd } from "./launch-process.ts";
import type { NatsProgram } from "./nats-program.ts";
import { createTemporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";

export interface NatsServerOptions {
  /** Unique among the servers that see each other. Default `hub`. */
  readonly name?: string;
  /** JetStream domain: what other clusters call the streams of this one by. */
  readonly domain?: string;
  /** Where leaf nodes connect to a hub: take `leafPort` of it. */
  readonly acceptsLeaves?: boolean;
  /** Makes this a leaf of the hub at `nats-leaf://127.0.0.1:PORT` or with credentials in the address. */
  readonly remote?: string;
  /** Clients are told of no other server of the cluster, so that they reach those alone that they were given: proxies, say. */
  readonly isUnadvertised?: boolean;
  /** More lines of the configuration file: accounts, limits, TLS. */
  readonly extra?: string;
}

/** A nats-server with JetStream on 127.0.0.1 at ports that were free, its data in a folder of its own. `await using` ends it. */
export interface NatsServer extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  readonly leafPort: number;
  pid(): number;
  output(): string;
  /** JSON of the monitoring port, such as `jsz?config=1` or `varz`. */
  monitor(path: string): Promise<unknown>;
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<ProcessEnd>;
  /** Starts it again after `kill`, with the same ports and the data it had. Resolves once it serves. */
  restart(): Promise<void>;
  /** Resolves once it takes part: a leader of the cluster is known and its data is read. */
  ready(): Promise<void>;
}

/** What stands in a configuration, beside the text itself. */
export interface ConfiguredNats {
  readonly name: string;
  readonly text: string;
  readonly clientPort: number;
  readonly leafPort: number;
  readonly monitorPort: number;
}

interface Ports {
  readonly client: number;
  readonly monitor: number;
  readonly leaf: number;
}

type OwnPorts = Ports & { readonly cluster: number };

interface Launch {
  readonly name: string;
  readonly config: string;
  readonly folder: TemporaryFolder;
  readonly ports: Ports;
}

interface Membership {
  readonly cluster: string;
  readonly routes: readonly string[];
}

const readyMs = 30_000;
const lookMs = 25;

/** Starts one server, and waits until it serves. */
export async function startNats(program: NatsProgram, options: NatsServerOptions = {}): Promise<NatsServer> {
  const server = await launchConfigured(program, options, await freePorts());
  await server.ready();
  return server;
}

/** Starts servers whose configuration somebody else wrote, and waits until all of them serve; ports are those that it names. */
export async function startConfiguredNats(program: NatsProgram, servers: readonly ConfiguredNats[]): Promise<NatsCluster> {
  const started = await Promise.all(
    servers.map(async ({ name, text, clientPort, leafPort, monitorPort }) => {
      const folder = await createTemporaryFolder();
      const config = await folder.write("nats.conf", text);
      return launch(program, { name, config, folder, ports: { client: clientPort, monitor: monitorPort, leaf: leafPort } });
    }),
  );
  await Promise.all(started.map((server) => server.ready()));
  return toCluster(started);
}

/** Servers that were started together. `await using` ends them all. */
export interface NatsCluster extends AsyncDisposable {
  readonly servers: readonly NatsServer[];
  readonly urls: readonly string[];
}

/** Starts a cluster, three servers unless said otherwise, and waits until it has elected a leader. */
export async function startNatsCluster(
  program: NatsProgram,
  options: NatsServerOptions & { readonly size?: number } = {},
): Promise<NatsCluster> {
  const { size = 3, name = "hub" } = options;
  const ports = await Promise.all(Array.from({ length: size }, freePorts));
  const membership = { cluster: name, routes: ports.map(({ cluster }) => `nats-route://127.0.0.1:${cluster}`) };
  const servers = await Promise.all(
    ports.map((own, index) => launchConfigured(program, { ...options, name: `${name}-${index + 1}` }, own, membership)),
  );
  await Promise.all(servers.map((server) => server.ready()));
  return toCluster(servers);
}

function toCluster(servers: readonly NatsServer[]): NatsCluster {
  return {
    servers,
    urls: servers.map(({ url }) => url),
    [Symbol.asyncDispose]: async () => void (await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()))),
  };
}

async function launchConfigured(
  program: NatsProgram,
  options: NatsServerOptions,
  ports: OwnPorts,
  membership?: Membership,
): Promise<NatsServer> {
  const folder = await createTemporaryFolder();
  const config = await folder.write("nats.conf", configuration(options, ports, folder, membership));
  return launch(program, { name: options.name ?? "hub", config, folder, ports });
}

async function launch(program: NatsProgram, { name, config, folder, ports }: Launch): Promise<NatsServer> {
  const start = () => launchProcess({ command: program.path, args: ["--config", config] });
  let child: LaunchedProcess = await start();

  const monitor = async (path: string): Promise<unknown> => (await fetch(`http://127.0.0.1:${ports.monitor}/${path}`)).json();
  const ready = () => untilHealthy(child, ports.monitor);
  async function kill(): Promise<ProcessEnd> {
    child.signal("SIGKILL");
    return child.ended();
  }
  return {
    name,
    url: `nats://127.0.0.1:${ports.client}`,
    port: ports.client,
    leafPort: ports.leaf,
    pid: () => child.pid,
    output: () => child.output(),
    monitor,
    signal: (signal) => child.signal(signal),
    kill,
    async restart() {
      child = await start();
      await ready();
    },
    ready,
    async [Symbol.asyncDispose]() {
      // A server that was stopped by SIGSTOP ends by nothing less.
      await kill();
      await folder.remove();
    },
  };
}

function configuration(
  { name = "hub", domain, acceptsLeaves = false, remote, isUnadvertised = false, extra = "" }: NatsServerOptions,
  { client, monitor, cluster, leaf }: OwnPorts,
  folder: TemporaryFolder,
  membership: Membership | undefined,
): string {
  const store = `store_dir: ${JSON.stringify(join(folder.path, "data"))}`;
  const leafnodes = [
    ...(acceptsLeaves ? [`listen: "127.0.0.1:${leaf}"`] : []),
    ...(remote === undefined ? [] : [`remotes: [{ url: ${JSON.stringify(remote)} }]`, "reconnect: 1"]),
  ];
  return [
    `server_name: ${JSON.stringify(name)}`,
    `listen: "127.0.0.1:${client}"`,
    `http: "127.0.0.1:${monitor}"`,
    `jetstream { ${[store, ...(domain === undefined ? [] : [`domain: ${domain}`])].join(", ")} }`,
    ...(leafnodes.length === 0 ? [] : [`leafnodes { ${leafnodes.join(", ")} }`]),
    ...(membership === undefined
      ? []
      : [
          `cluster { name: ${membership.cluster}, listen: "127.0.0.1:${cluster}", no_advertise: ${isUnadvertised}, routes: ${JSON.stringify(membership.routes)} }`,
        ]),
    extra,
    "",
  ].join("\n");
}

/** `healthz` answers 200 once JetStream runs, with a leader of the cluster and all streams read from disk. */
async function untilHealthy(child: LaunchedProcess, monitorPort: number): Promise<void> {
  const deadlineMs = performance.now() + readyMs;
  const ended = { has: false };
  void child.ended(readyMs + 1_000).then(
    () => Object.assign(ended, { has: true }),
    () => undefined,
  );
  while (!(await isHealthy(monitorPort))) {
    if (ended.has || performance.now() > deadlineMs) throw new Error(`nats-server does not serve; it wrote:\n${child.output()}`);
    await pause(lookMs);
  }
}

async function isHealthy(monitorPort: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${monitorPort}/healthz`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}

async function freePorts(): Promise<OwnPorts> {
  const [client, monitor, cluster, leaf] = await Promise.all([findFreePort(), findFreePort(), findFreePort(), findFreePort()]);
  return { client, monitor, cluster, leaf };
}
