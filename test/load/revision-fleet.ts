import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { createNatsRevisionLog, generateSigningKey, publishRevision, readRevisions, writeTrustAnchors } from "@portcullis/policy-bus";
import { createTemporaryFolder, type NatsProgram, type TemporaryFolder } from "@portcullis/testing";
import { type BusServers, startBusServers } from "../faults/driver/bus-servers.ts";
import type { Observer } from "../faults/driver/observer.ts";
import { createReplicaProcess, type ReplicaProcess } from "../faults/driver/replica-process.ts";
import { readReplicaTls } from "../faults/driver/replica-tls.ts";
import { type WatchedProcess, watchProcess } from "../faults/driver/watched-process.ts";
import { bundleOf } from "../faults/history/bundle-recipe.ts";
import { type Arrivals, createArrivals } from "./arrivals.ts";

export interface FleetOptions {
  readonly program: NatsProgram;
  readonly servers: 1 | 3;
  /** Replicas, and plain subscribers beside them. */
  readonly count: number;
}

/** Decision services that follow one log, and as many plain subscribers of the same servers; each a process. */
export interface RevisionFleet {
  readonly bus: BusServers;
  /** Milliseconds from the acknowledgement until each replica has said that it is in force, in rising order. */
  publishRevision(): Promise<readonly number[]>;
  /** Milliseconds from sending a message of the same size until each subscriber has said that it is there, in rising order. */
  publishPlain(): Promise<readonly number[]>;
}

const subject = "bench.plain";
/** As many as this machine starts without keeping one waiting for long. */
const startedAtOnce = 4;
/** Each replica has a disk of its own: where all of them shared one, its queue is what would be measured. */
const memoryFolder = "/dev/shm";
/** Of an entry with a bundle as it is published here. */
const entryBytes = 2_000;

/** Whatever is started is ended by `cleanup`. */
export async function startRevisionFleet(cleanup: AsyncDisposableStack, { program, servers, count }: FleetOptions): Promise<RevisionFleet> {
  const folder = cleanup.use(await createTemporaryFolder());
  const bus = cleanup.use(await startBusServers(program, servers));
  const arrivals = createArrivals();
  const disks = await mkdtemp(join(existsSync(memoryFolder) ? memoryFolder : tmpdir(), "portcullis-bench-"));
  cleanup.defer(() => rm(disks, { recursive: true, force: true }));
  const parts = { folder, bus, arrivals, disks };
  const publish = await preparePublisher(cleanup, parts);
  const replicas = await makeReplicas(parts, count);
  for (const replica of replicas) cleanup.use(replica);
  await startAll(replicas.map((replica) => () => replica.start()));
  const subscribers = await startAll(replicas.map(() => () => startSubscriber(bus.urls, arrivals)));
  for (const process_ of subscribers) cleanup.defer(() => end(process_));
  const connection = await connect({ servers: [...bus.urls] });
  cleanup.defer(() => connection.close());
  const plain = createPlainPublisher(connection, arrivals);
  return { bus, publishRevision: () => publish(count), publishPlain: () => plain(count) };
}

interface FleetParts {
  readonly folder: TemporaryFolder;
  readonly bus: BusServers;
  readonly arrivals: Arrivals;
  /** Where replicas keep their state. */
  readonly disks: string;
}

type Publish = (count: number) => Promise<readonly number[]>;

async function preparePublisher(cleanup: AsyncDisposableStack, { folder, bus, arrivals }: FleetParts): Promise<Publish> {
  const log = createNatsRevisionLog({ servers: bus.urls, name: "publisher" });
  cleanup.defer(() => log.close());
  await log.setUp({ replicas: bus.replicas });
  const key = generateSigningKey();
  const anchors = { lineage: "bench", keys: [key.entry] };
  await writeTrustAnchors(trustFileOf(folder), anchors);
  let number = 0;
  let history = await readRevisions(log, anchors);

  return async (count) => {
    number += 1;
    const bundle = bundleOf({ number, poison: null, padding: 0 });
    let acknowledgedMs = 0;
    const arrived = arrivals.expect(`revision ${number}`, count);
    const outcome = await publishRevision({
      ...{ log, anchors, keys: [key], publisher: "bench", change: { kind: "content", bundle, audience: ["*"] }, history, pauseMs: 50 },
      onProgress(progress) {
        if (progress.step === "append" && progress.outcome === "appended") acknowledgedMs = performance.now();
      },
    });
    if (outcome.outcome !== "published") throw new Error(`it was not published: ${outcome.outcome}`);
    const times = await arrived;
    history = await readRevisions(log, anchors);
    return times.map((at) => at - acknowledgedMs);
  };
}

function createPlainPublisher(connection: NatsConnection, arrivals: Arrivals): Publish {
  let number = 0;
  return async (count) => {
    number += 1;
    const arrived = arrivals.expect(`message ${number}`, count);
    const sentMs = performance.now();
    connection.publish(subject, `${number} ${"x".repeat(entryBytes)}`);
    return (await arrived).map((at) => at - sentMs);
  };
}

async function makeReplicas({ folder, bus, arrivals, disks }: FleetParts, count: number): Promise<readonly ReplicaProcess<BusServers>[]> {
  const tls = await readReplicaTls(folder.path);
  const observer: Observer = {
    ...{ events: [], file: "", now: () => performance.now(), flush: () => undefined },
    note: (event) => (event.kind === "applied" ? arrivals.note(`revision ${event.revision}`) : undefined),
  };
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const replica = `replica-${index}`;
      const stateDir = join(disks, replica);
      await mkdir(stateDir);
      const setting = { replica, cluster: "bench", staleAfterMs: 6_000, ceilingMs: null, whenExpired: "serve" } as const;
      const timeFile = await folder.write(`${replica}.time`, "0");
      const around = { observer, trustFile: trustFileOf(folder), stateDir, timeFile, tls, port: 0 };
      return createReplicaProcess(setting, bus, around);
    }),
  );
}

function trustFileOf({ path }: TemporaryFolder): string {
  return join(path, "trust.json");
}

async function startSubscriber(urls: readonly string[], arrivals: Arrivals): Promise<WatchedProcess> {
  const subscribed = Promise.withResolvers<void>();
  const process_ = await watchProcess({
    main: join(import.meta.dirname, "servers", "plain-subscriber.ts"),
    args: [urls.join(","), subject],
    onLine(line) {
      const { msg, number } = JSON.parse(line);
      if (msg === "subscribed") subscribed.resolve();
      else arrivals.note(`message ${number}`);
    },
    onEnd: () => subscribed.reject(new Error("a subscriber ended")),
  });
  await subscribed.promise;
  return process_;
}

async function end(process_: WatchedProcess): Promise<void> {
  process_.signal("SIGKILL");
  await process_.ended();
}

async function startAll<T>(starts: readonly (() => Promise<T>)[]): Promise<readonly T[]> {
  const started: T[] = [];
  for (let from = 0; from < starts.length; from += startedAtOnce) {
    started.push(...(await Promise.all(starts.slice(from, from + startedAtOnce).map((start) => start()))));
  }
  return started;
}
