import { setTimeout as pause } from "node:timers/promises";
import type { ChainPosition, LogEntry } from "@portcullis/policy-bus";
import { entriesOf, policyStream } from "../driver/bus-servers.ts";
import type { FaultWorld } from "../driver/fault-world.ts";
import type { Position } from "../history/history-event.ts";
import type { Fault } from "./fault.ts";

/** Deletes the stream, and makes it anew with the first of its entries; a new epoch continues what everybody knows. */
async function replaceLog(world: FaultWorld, name: string, keep: (entries: readonly LogEntry[]) => readonly LogEntry[]): Promise<void> {
  world.isQuiet = true;
  // Whatever is under way comes to its end first: what is acknowledged is what everybody has.
  await world.publishSurely();
  await world.noteEntries();
  await pause(3_000);
  const entries = await entriesOf(world.log);
  const newest = world.newest();
  if (newest === undefined) throw new Error("there is no revision to continue");
  const kept = keep(entries);
  const fault = world.begin(name);
  await world.bus.ask(`$JS.API.STREAM.DELETE.${policyStream.stream}`);
  world.observer.note({ kind: "lost", at: world.observer.now(), kept: await positionAfter(world, kept.length) });
  await pause(world.lasting(500, 2_500));
  await world.log.setUp({ replicas: world.bus.replicas });
  for (const [index, entry] of kept.entries()) await appendAgain(world, entry, index);
  await pause(2_500);
  await beginEpoch(world, newest);
  world.heal(fault);
  world.isQuiet = false;
}

async function appendAgain({ log }: FaultWorld, { envelope, bundle }: LogEntry, expectedPosition: number): Promise<void> {
  const entry = { envelope, ...(bundle !== undefined && { bundle }) };
  const appended = await log.append(entry, { expectedPosition, messageId: `restored ${expectedPosition} ${performance.now()}` });
  if (appended.outcome !== "appended") throw new Error(`the copy was not restored: ${appended.outcome}`);
}

/** Keys may have been rotated since the copy was made: all sign, and those in force now are named anew. */
async function beginEpoch(world: FaultWorld, continues: ChainPosition): Promise<void> {
  const keyFiles = world.keys.map(({ file }) => file);
  await world.publishSurely({ newEpoch: { continues }, keyFiles, nextKeys: [world.signer().key.entry] });
}

/** The newest revision among the first entries, as the history knows them. */
async function positionAfter({ observer }: FaultWorld, length: number): Promise<Position | null> {
  const noted = observer.events.filter((event) => event.kind === "entry");
  const kept = noted.slice(0, length).at(-1);
  return kept === undefined ? null : { epoch: kept.epoch, revision: kept.revision };
}

/** With the rights of an operator the stream cannot be emptied: `deny_purge` is what everything else counts on. */
async function purge(world: FaultWorld): Promise<void> {
  const fault = world.begin("purge-refused");
  const { error } = await world.bus.ask(`$JS.API.STREAM.PURGE.${policyStream.stream}`);
  if (error === undefined) throw new Error("the stream was purged although it denies it");
  world.heal(fault);
}

export const logFaults: readonly Fault[] = [
  { name: "purge-refused", on: "any", run: purge },
  { name: "stream-deleted", on: "any", run: (world) => replaceLog(world, "stream-deleted", () => []) },
  {
    name: "stream-restored",
    on: "any",
    run: (world) =>
      replaceLog(world, "stream-restored", (entries) => entries.slice(0, Math.max(1, entries.length - world.random.between(2, 8)))),
  },
];
