import { setTimeout as pause } from "node:timers/promises";
import type { NatsServer } from "@portcullis/testing";
import type { FaultWorld } from "../driver/fault-world.ts";
import type { Fault } from "./fault.ts";

async function followerOf(world: FaultWorld): Promise<NatsServer> {
  const leader = await world.bus.leader();
  return world.random.pick(world.bus.servers.filter((server) => server !== leader));
}

async function killAndRestart(world: FaultWorld, name: string, server: NatsServer): Promise<void> {
  const fault = world.begin(name);
  await server.kill();
  await pause(world.lasting(500, 3_000));
  await server.restart();
  world.heal(fault);
}

/** The others think it is gone, and so does every client; then it goes on as if nothing had been. */
async function stopAndContinue(world: FaultWorld, name: string, server: NatsServer): Promise<void> {
  const fault = world.begin(name);
  server.signal("SIGSTOP");
  await pause(world.lasting(5_000, 9_000));
  server.signal("SIGCONT");
  await server.ready();
  world.heal(fault);
}

/** No two servers are left that could agree; meanwhile every replica starts anew, from its disk. */
async function loseQuorum(world: FaultWorld): Promise<void> {
  const fault = world.begin("quorum-lost");
  const killed = world.random.shuffled(world.bus.servers).slice(0, 2);
  await Promise.all(killed.map((server) => server.kill()));
  await Promise.all(
    world.replicas.map(async (replica) => {
      await replica.kill();
      await replica.start();
    }),
  );
  await pause(world.lasting(1_000, 3_000));
  await Promise.all(killed.map((server) => server.restart()));
  world.heal(fault);
}

/** What a power cut does to all of them. */
async function killAll(world: FaultWorld): Promise<void> {
  const fault = world.begin("all-servers-killed");
  await Promise.all(world.bus.servers.map((server) => server.kill()));
  await pause(world.lasting(1_000, 3_000));
  await Promise.all(world.bus.servers.map((server) => server.restart()));
  world.heal(fault);
}

export const serverFaults: readonly Fault[] = [
  { name: "leader-killed", on: "any", run: async (world) => killAndRestart(world, "leader-killed", await world.bus.leader()) },
  { name: "leader-stopped", on: "any", run: async (world) => stopAndContinue(world, "leader-stopped", await world.bus.leader()) },
  { name: "follower-killed", on: "cluster", run: async (world) => killAndRestart(world, "follower-killed", await followerOf(world)) },
  { name: "follower-stopped", on: "cluster", run: async (world) => stopAndContinue(world, "follower-stopped", await followerOf(world)) },
  { name: "quorum-lost", on: "cluster", run: loseQuorum },
  { name: "all-servers-killed", on: "any", run: killAll },
];
