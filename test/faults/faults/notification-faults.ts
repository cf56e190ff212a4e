import { setTimeout as pause } from "node:timers/promises";
import { entriesOf, policyStream } from "../driver/bus-servers.ts";
import type { FaultWorld } from "../driver/fault-world.ts";
import type { Fault } from "./fault.ts";

const rounds = 4;

/** Everything that was ever told is told again, in another order, with places in the stream that are not its own; and nonsense. */
async function confuse(world: FaultWorld): Promise<void> {
  const fault = world.begin("notifications-confused");
  const entries = await entriesOf(world.log);
  for (let round = 0; round < rounds; round++) {
    for (const { envelope, position } of world.random.shuffled(entries).slice(0, 20)) {
      await world.bus.shout(policyStream.news, envelope, position + world.random.between(-2, 2));
    }
    await world.bus.shout(policyStream.news, Buffer.from("{}"), 1_000_000);
    await world.bus.shout(policyStream.news, Buffer.alloc(0));
    await pause(300);
  }
  world.heal(fault);
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
