import { setTimeout as pause } from "node:timers/promises";
import { createPolicyAdministration } from "@portcullis/control";
import type { ReplicaStatus } from "@portcullis/policy-bus";
import { propagationMs } from "../checker/applied-after-heal.ts";
import type { Fault } from "../faults/fault.ts";
import type { Position } from "../history/history-event.ts";
import { compare } from "../history/read-history.ts";
import type { FaultWorld } from "./fault-world.ts";

export interface Schedule {
  /** In this order; then again in others until the time is over. */
  readonly faults: readonly Fault[];
  readonly untilMs: number;
  readonly say: (text: string) => void;
}

/** Runs every fault, one after another, while revisions are published; after each, waits until all have what was published last. */
export async function runFaults(world: FaultWorld, { faults, untilMs, say }: Schedule): Promise<void> {
  const watch = watchStatuses(world);
  const publishing = publishAllTheTime(world);
  for (let round = 0; round === 0 || performance.now() < untilMs; round++) {
    for (const fault of round === 0 ? faults : world.random.shuffled(faults)) {
      if (round > 0 && performance.now() > untilMs) break;
      const since = performance.now();
      await fault.run(world);
      const settledMs = await settle(world);
      say(
        `${fault.name}: ${((performance.now() - since) / 1_000).toFixed(1)} s, in force everywhere ${(settledMs / 1_000).toFixed(1)} s after it`,
      );
    }
  }
  await publishing.stop();
  await settle(world);
  // The last promises are due by then.
  await pause(propagationMs + 500);
  await watch.stop();
  await world.noteEntries();
}

/** What is published after a fault must be in force everywhere in time; the checker says whether it was. */
async function settle(world: FaultWorld): Promise<number> {
  const since = performance.now();
  const { position } = await world.publishSurely();
  if (position !== null) {
    await untilApplied(world, position);
    await followRollout(world, position);
  }
  return performance.now() - since;
}

async function untilApplied({ observer, replicas }: FaultWorld, position: Position): Promise<void> {
  const deadlineMs = performance.now() + propagationMs + 1_000;
  const hasApplied = (replica: string) =>
    observer.events.some((event) => event.kind === "applied" && event.replica === replica && compare(event, position) >= 0);
  while (performance.now() < deadlineMs && !replicas.every(({ setting }) => hasApplied(setting.replica))) await pause(50);
}

/** Notes what the product says of the rollout of a revision, as an operator would wait for it. */
async function followRollout({ observer, log, anchors, replicas }: FaultWorld, { epoch, revision }: Position): Promise<void> {
  const administration = createPolicyAdministration({ log, anchors, keys: [], publisher: "observer" });
  const expected = replicas.map(({ setting: { cluster, replica } }) => ({ cluster, replica }));
  for await (const status of administration.rollout({ revision: { revision, epoch }, expected, timeoutMs: 3_000 })) {
    const inForceAt = status.inForceAt === null ? null : observer.now() + Date.parse(status.inForceAt) - Date.now();
    const { audience } = status.revision.manifest;
    if (status.end !== null) {
      observer.note({ kind: "rollout", at: observer.now(), epoch, revision, audience, outcome: status.outcome, inForceAt });
    }
  }
}

interface Watch {
  stop(): Promise<void>;
}

const readStatusesEveryMs = 2_000;

/** Notes every report that reaches an observer, told or read. */
function watchStatuses({ observer, log }: FaultWorld): Watch {
  const known = new Set<string>();
  let isStopping = false;

  function note(status: ReplicaStatus): void {
    const key = JSON.stringify([status.replica, status.instance, status.sequence]);
    if (known.has(key)) return;
    known.add(key);
    observer.note({ kind: "status", at: observer.now(), status });
  }

  async function read(): Promise<void> {
    while (!isStopping) {
      // While nobody answers there is nothing to note.
      for (const status of await log.readStatuses().catch(() => [])) note(status);
      await pause(readStatusesEveryMs);
    }
  }

  const stopListening = log.onStatus(note);
  const reading = read();
  return {
    async stop() {
      isStopping = true;
      stopListening();
      await reading;
    },
  };
}

/** Some revisions per second, whatever becomes of them. */
function publishAllTheTime(world: FaultWorld): Watch {
  let isStopping = false;
  async function run(): Promise<void> {
    while (!isStopping) {
      if (!world.isQuiet) await world.publish();
      await pause(world.random.between(50, 350));
    }
  }
  const running = run();
  return {
    async stop() {
      isStopping = true;
      await running;
    },
  };
}
