import { setTimeout as pause } from "node:timers/promises";
import { nextManifest, readRevisions, signEnvelope } from "@portcullis/policy-bus";
import { entriesOf, frameOf, policyStream } from "../driver/bus-servers.ts";
import type { FaultWorld } from "../driver/fault-world.ts";
import type { Fault } from "./fault.ts";

const rounds = 4;

/** Everything that was ever told is told again, in another order, with places in the stream that are not its own; and nonsense. */
async function confuse(world: FaultWorld): Promise<void> {
  const fault = world.begin("notifications-confused");
  const entries = await entriesOf(world.log);
  for (let round = 0; round < rounds; round++) {
    for (const { envelope, bundle, position } of world.random.shuffled(entries).slice(0, 20)) {
      await world.bus.shout(policyStream.news, frameOf(envelope, bundle), position + world.random.between(-2, 2));
    }
    await world.bus.shout(policyStream.news, Buffer.from("{}"), 1_000_000);
    await world.bus.shout(policyStream.news, Buffer.alloc(0));
    await tellLies(world);
    await pause(300);
  }
  world.heal(fault);
}

/** What comes next is told before it is written: its envelope as it is, and with it another bundle, or none. */
async function tellLies(world: FaultWorld): Promise<void> {
  const { chain, lastPosition } = await readRevisions(world.log, world.anchors);
  const { bytes, digest } = await world.nextBundle();
  const bundle = { digest, sizeBytes: bytes.length, inline: true };
  const draft = { bundle, audience: ["*"], publishedAt: new Date().toISOString(), publisher: "faults" };
  const envelope = signEnvelope(nextManifest(chain, draft), [world.signer().key]);
  for (const lie of [Buffer.from("forged"), Buffer.alloc(bytes.length), undefined]) {
    await world.bus.shout(policyStream.news, frameOf(envelope, lie), lastPosition + 1);
  }
  await world.log.append({ envelope, bundle: bytes }, { expectedPosition: lastPosition, messageId: digest });
}

/** Nothing is told any more: the stream goes on without republishing. */
async function silence(world: FaultWorld): Promise<void> {
  const { config } = await world.bus.ask(`$JS.API.STREAM.INFO.${policyStream.stream}`);
  const { republish: told, ...silent } = Object.fromEntries(Object.entries(config ?? {}));
  const fault = world.begin("notifications-lost");
  await world.bus.ask(`$JS.API.STREAM.UPDATE.${policyStream.stream}`, silent);
  // The promise holds without them: this fault disturbs nothing that it counts on.
  world.heal(fault);
  for (let count = 0; count < 2; count++) {
    await world.publishSurely();
    await pause(3_000);
  }
  await world.bus.ask(`$JS.API.STREAM.UPDATE.${policyStream.stream}`, { ...silent, republish: told });
}

export const notificationFaults: readonly Fault[] = [
  { name: "notifications-confused", on: "any", run: confuse },
  { name: "notifications-lost", on: "any", run: silence },
];
