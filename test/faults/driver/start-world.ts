import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createNatsRevisionLog, generateSigningKey, type TrustAnchors, writeSigningKey, writeTrustAnchors } from "@portcullis/policy-bus";
import { createTemporaryFolder, type NatsProgram, type TemporaryFolder } from "@portcullis/testing";
import type { ReplicaSetting } from "../history/history-event.ts";
import { openBusAccess } from "./bus-access.ts";
import { startBusServers } from "./bus-servers.ts";
import { createControlProcess } from "./control-process.ts";
import { createFaultWorld, type FaultWorld, type KeyFile } from "./fault-world.ts";
import { startFrontEnd } from "./front-end-process.ts";
import { findLastingPort } from "./lasting-port.ts";
import type { Observer } from "./observer.ts";
import type { Random } from "./random.ts";
import { createReplicaProcess, type ReplicaProcess } from "./replica-process.ts";
import { readReplicaTls } from "./replica-tls.ts";

/** Two replicas of one cluster, which expire and then defer or deny, and one of another, which serves for ever. */
const settings: readonly ReplicaSetting[] = [
  { replica: "blue-1", cluster: "blue", staleAfterMs: 6_000, ceilingMs: 10_000, whenExpired: "defer" },
  { replica: "blue-2", cluster: "blue", staleAfterMs: 6_000, ceilingMs: 10_000, whenExpired: "deny" },
  { replica: "green-1", cluster: "green", staleAfterMs: 6_000, ceilingMs: null, whenExpired: "serve" },
];

/** A leader that was stopped may answer from before, once it goes on. */
const oldLeaderMs = { 1: 0, 3: 10_000 } as const;

export interface WorldOptions {
  readonly observer: Observer;
  readonly random: Random;
  readonly seed: number;
  readonly program: NatsProgram;
  readonly servers: 1 | 3;
  readonly isShort: boolean;
  /** Ends everything that was started, in the opposite order. */
  readonly cleanup: AsyncDisposableStack;
}

/** Starts servers, a publisher and replicas, and publishes a first revision that all have in force. */
export async function startWorld({ observer, random, seed, program, servers, isShort, cleanup }: WorldOptions): Promise<FaultWorld> {
  const folder = cleanup.use(await createTemporaryFolder());
  const bus = cleanup.use(await startBusServers(program, servers));
  const log = createNatsRevisionLog({ servers: bus.urls, name: "observer" });
  cleanup.defer(() => log.close());
  await log.setUp({ replicas: servers });
  const keys = [await makeKey(folder, "first"), await makeKey(folder, "second")] as const;
  const anchors: TrustAnchors = { lineage: "faults", keys: [keys[0].key.entry] };
  const trustFile = join(folder.path, "trust.json");
  await writeTrustAnchors(trustFile, anchors);
  observer.note({
    ...{ kind: "run", at: observer.now(), seed, server: `${program.version}, ${servers} servers`, lineage: anchors.lineage },
    ...{ trustedKeys: anchors.keys.map(({ keyId }) => keyId), replicas: settings, oldLeaderMs: oldLeaderMs[servers] },
  });
  const tls = await readReplicaTls(folder.path);
  const replicas: ReplicaProcess[] = [];
  for (const setting of settings) {
    const access = cleanup.use(await openBusAccess(bus.servers.map(({ port }) => port)));
    const timeFile = await folder.write(`${setting.replica}.time`, "0");
    const stateDir = join(folder.path, setting.replica);
    await mkdir(stateDir);
    const around = { observer, trustFile, stateDir, timeFile, tls, port: await findLastingPort(random) };
    replicas.push(cleanup.use(createReplicaProcess(setting, access, around)));
  }
  const control = cleanup.use(createControlProcess({ servers: bus.urls, trustFile }));
  await Promise.all(replicas.map((replica) => replica.start()));
  const blue = replicas.filter(({ setting }) => setting.cluster === "blue").map(({ address }) => address);
  const frontEnd = cleanup.use(await startFrontEnd({ cluster: "blue", addresses: blue, tls }));
  const stranger = generateSigningKey();
  const world = createFaultWorld({ observer, random, bus, log, anchors, replicas, frontEnd, control, keys, stranger, isShort });
  await world.publishSurely({ timeoutMs: 30_000 });
  return world;
}

async function makeKey(folder: TemporaryFolder, name: string): Promise<KeyFile> {
  const key = generateSigningKey();
  const file = join(folder.path, `${name}.key`);
  await writeSigningKey(file, key);
  return { key, file };
}
