import { setTimeout as pause } from "node:timers/promises";
import { nextManifest, readRevisions, type SigningKey, signEnvelope } from "@portcullis/policy-bus";
import type { FaultWorld } from "../driver/fault-world.ts";
import { poisons } from "../history/bundle-recipe.ts";
import type { Fault } from "./fault.ts";

/** Writes what comes next in the chain, signed by somebody else, where the next revision would stand. */
async function writeSigned(world: FaultWorld, key: SigningKey): Promise<void> {
  const { chain, lastPosition } = await readRevisions(world.log, world.anchors);
  const { bytes, digest } = await world.nextBundle();
  const draft = {
    bundle: { digest, sizeBytes: bytes.length, inline: true },
    audience: ["*"],
    publishedAt: new Date().toISOString(),
    publisher: "faults",
  };
  const envelope = signEnvelope(nextManifest(chain, draft), [key]);
  await write(world, envelope, bytes, lastPosition);
}

/** Others may write at the same time: then this was no head, and nothing is written. */
async function write({ log }: FaultWorld, envelope: Uint8Array, bundle: Uint8Array, expectedPosition: number): Promise<void> {
  await log.append({ envelope, bundle }, { expectedPosition, messageId: `written ${performance.now()}` });
}

async function forge(world: FaultWorld): Promise<void> {
  const fault = world.begin("wrong-signer");
  for (let count = 0; count < 3; count++) {
    await writeSigned(world, world.stranger);
    await pause(300);
  }
  world.heal(fault);
}

async function replayHead(world: FaultWorld): Promise<void> {
  const fault = world.begin("head-replayed");
  for (let count = 0; count < 3; count++) {
    const head = await world.log.readHead();
    if (head?.bundle !== undefined) await write(world, head.envelope, head.bundle, head.position);
    await pause(300);
  }
  world.heal(fault);
}

/** The key that was rotated away signs once more. */
async function rotateKeys(world: FaultWorld): Promise<void> {
  const old = world.signer();
  const next = world.keys.find((key) => key !== old) ?? old;
  const fault = world.begin("keys-rotated");
  await world.publishSurely({ nextKeys: [next.key.entry] });
  world.useKey(next);
  await writeSigned(world, old.key);
  await world.publishSurely();
  world.heal(fault);
}

async function poison(world: FaultWorld): Promise<void> {
  const fault = world.begin("poison");
  for (const kind of world.random.shuffled(poisons)) {
    await world.publish({ poison: kind });
    await pause(800);
  }
  world.heal(fault);
}

/** Too large for an entry: it is fetched by its digest, and takes its time to compile. */
async function publishHuge(world: FaultWorld): Promise<void> {
  const fault = world.begin("huge");
  await world.publish({ padding: 60_000, timeoutMs: 20_000 });
  await pause(1_000);
  world.heal(fault);
}

/** Waves: a revision for one cluster, and the next for all. */
async function publishInWaves(world: FaultWorld): Promise<void> {
  const fault = world.begin("waves");
  for (const audience of [["blue"], ["green"], ["b*", "green"]]) {
    await world.publish({ audience });
    await pause(300);
  }
  world.heal(fault);
}

export const contentFaults: readonly Fault[] = [
  { name: "wrong-signer", on: "any", run: forge },
  { name: "head-replayed", on: "any", run: replayHead },
  { name: "keys-rotated", on: "any", run: rotateKeys },
  { name: "poison", on: "any", run: poison },
  { name: "huge", on: "any", run: publishHuge },
  { name: "waves", on: "any", run: publishInWaves },
];
