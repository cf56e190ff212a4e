import { execFile } from "node:child_process";
import { cp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { FaultWorld } from "../driver/fault-world.ts";
import type { Fault } from "./fault.ts";

const run = promisify(execFile);

async function killReplica(world: FaultWorld): Promise<void> {
  const replica = world.random.pick(world.replicas);
  const fault = world.begin("replica-killed");
  await replica.kill();
  await pause(world.lasting(0, 1_000));
  await replica.start();
  world.heal(fault);
}

/** It thinks that no time has passed; a proof from before must not count as one from now. */
async function stopReplica(world: FaultWorld): Promise<void> {
  const replica = world.random.pick(world.replicas);
  const fault = world.begin("replica-stopped");
  replica.signal("SIGSTOP");
  await pause(world.lasting(4_000, 12_000));
  replica.signal("SIGCONT");
  world.heal(fault);
}

/** In the middle of whatever it is doing, again and again. */
async function killControl(world: FaultWorld): Promise<void> {
  const fault = world.begin("control-killed");
  for (let count = 0; count < 4; count++) {
    await pause(world.lasting(100, 900));
    await world.control.kill();
  }
  world.heal(fault);
}

async function stopControl(world: FaultWorld): Promise<void> {
  const fault = world.begin("control-stopped");
  world.control.signal("SIGSTOP");
  await pause(world.lasting(2_000, 5_000));
  world.control.signal("SIGCONT");
  world.heal(fault);
}

/** No file can grow beyond some bytes, as on a disk that is full: what is applied would be lost with a restart, so nothing is. */
async function fillDisk(world: FaultWorld): Promise<void> {
  const replica = world.random.pick(world.replicas);
  const fault = world.begin("disk-full");
  await run("prlimit", ["--pid", String(replica.pid()), "--fsize=100:unlimited"]);
  await pause(world.lasting(3_000, 6_000));
  await run("prlimit", ["--pid", String(replica.pid()), "--fsize=unlimited:unlimited"]);
  world.heal(fault);
}

/** How far a replica ever came is written right after what it has in force. */
const highWaterMs = 500;

/** A backup brings back what the disk held of the revision in force some revisions ago, and the replica starts from it while it is cut off. */
async function restoreDisk(world: FaultWorld): Promise<void> {
  const replica = world.random.pick(world.replicas);
  const backup = `${replica.stateDir}.backup`;
  await rm(backup, { recursive: true, force: true });
  await cp(replica.stateDir, backup, { recursive: true });
  await world.publishSurely();
  await pause(highWaterMs);
  const fault = world.begin("disk-restored", [replica]);
  await replica.kill();
  for (const proxy of replica.access.proxies) proxy.cut();
  // How far it ever came is written beside it, and stays.
  for (const name of await readdir(backup)) if (name.startsWith("revision")) await cp(join(backup, name), join(replica.stateDir, name));
  await replica.start();
  await pause(1_000);
  for (const proxy of replica.access.proxies) proxy.heal();
  world.heal(fault);
}

/** The time of day jumps ahead and back, while the bus cannot be reached and while it can. */
async function jumpClocks(world: FaultWorld): Promise<void> {
  const replica = world.random.pick(world.replicas);
  for (const proxy of replica.access.proxies) proxy.cut();
  await pause(50);
  const fault = world.begin("clock-jumped", [replica]);
  for (const aheadMs of [-3_600_000, 86_400_000, -86_400_000]) {
    await writeFile(replica.timeFile, String(aheadMs));
    await pause(3_000);
  }
  for (const proxy of replica.access.proxies) proxy.heal();
  world.heal(fault);
  await pause(1_000);
  await writeFile(replica.timeFile, "0");
}

export const processFaults: readonly Fault[] = [
  { name: "replica-killed", on: "any", run: killReplica },
  { name: "replica-stopped", on: "any", run: stopReplica },
  { name: "control-killed", on: "any", run: killControl },
  { name: "control-stopped", on: "any", run: stopControl },
  { name: "disk-full", on: "any", run: fillDisk },
  { name: "disk-restored", on: "any", run: restoreDisk },
  { name: "clock-jumped", on: "any", run: jumpClocks },
];
