import { setTimeout as pause } from "node:timers/promises";
import type { TcpProxy } from "@portcullis/testing";
import type { FaultWorld } from "../driver/fault-world.ts";
import type { ReplicaProcess } from "../driver/replica-process.ts";
import type { Fault } from "./fault.ts";

/** Longer than a client takes to notice that a server does not answer. */
const noticedMs = 7_000;

interface Partition {
  readonly name: string;
  readonly victims: readonly ReplicaProcess[];
  readonly ms: number;
  readonly fail: (proxy: TcpProxy) => void;
}

async function partition(world: FaultWorld, { name, victims, ms, fail }: Partition): Promise<void> {
  const proxies = victims.flatMap(({ access }) => access.proxies);
  for (const proxy of proxies) fail(proxy);
  // What was on its way when the fault began has arrived by now.
  await pause(50);
  const fault = world.begin(name, victims);
  await pause(ms);
  for (const proxy of proxies) proxy.heal();
  world.heal(fault);
}

/** Long enough that replicas with a ceiling expire. */
const pastCeilingMs = 13_000;

export const networkFaults: readonly Fault[] = [
  {
    name: "replica-cut",
    on: "any",
    run: (world) =>
      partition(world, {
        name: "replica-cut",
        victims: [world.random.pick(world.replicas)],
        ms: world.lasting(3_000, 9_000),
        fail: (proxy) => proxy.cut(),
      }),
  },
  {
    name: "all-replicas-cut",
    on: "any",
    run: (world) =>
      partition(world, { name: "all-replicas-cut", victims: world.replicas, ms: pastCeilingMs, fail: (proxy) => proxy.cut() }),
  },
  {
    name: "half-open",
    on: "any",
    run: (world) =>
      partition(world, { name: "half-open", victims: world.replicas.slice(0, 2), ms: noticedMs + 5_000, fail: (proxy) => proxy.hold() }),
  },
  {
    name: "deaf",
    on: "any",
    run: (world) =>
      partition(world, {
        name: "deaf",
        victims: [world.random.pick(world.replicas)],
        ms: noticedMs,
        fail: (proxy) => proxy.hold("to-client"),
      }),
  },
  {
    name: "mute",
    on: "any",
    run: (world) =>
      partition(world, {
        name: "mute",
        victims: [world.random.pick(world.replicas)],
        ms: noticedMs,
        fail: (proxy) => proxy.hold("to-server"),
      }),
  },
];
