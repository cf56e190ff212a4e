import { setTimeout as pause } from "node:timers/promises";
import { findNatsProgram, type NatsProgram } from "@portcullis/testing";
import type { BenchOptions } from "./bench-options.ts";
import type { Bound, Measurement, Section } from "./report.ts";
import { type RevisionFleet, startRevisionFleet } from "./revision-fleet.ts";
import { quantileOf, spreadOf } from "./statistics.ts";

interface Effort {
  readonly counts: readonly number[];
  readonly rounds: number;
  readonly leaderKills: number;
  /** Most multiples of plain NATS, of p50 and p99. */
  readonly limits: readonly [number, number];
}

/** Until the last of all had it, round by round. */
interface Rounds {
  readonly revisions: readonly number[];
  readonly plain: readonly number[];
}

/** A machine that does other things gives the longer work more of them: this notices only that notifications are lost, or a disk is waited for. */
const slice: Effort = { counts: [1, 8], rounds: 25, leaderKills: 0, limits: [40, 100] };

const warmUpRounds = 5;
/** Reports of replicas about the round before are over by then. */
const betweenMs = 150;

/** From the acknowledgement of a revision until every replica has it in force, against plain NATS to as many subscribers. */
export async function measurePublish({ isSlice }: BenchOptions): Promise<Section> {
  const effort: Effort = isSlice ? slice : { counts: [1, 8, 32], rounds: 100, leaderKills: 10, limits: [3, 4] };
  const program = await findNatsProgram("newest");
  if ("missing" in program) throw new Error(program.missing);
  const measurements: Measurement[] = [];
  const bounds: Bound[] = [];
  for (const count of effort.counts) {
    const rounds = await withFleet({ program, servers: 1, count }, (fleet) => interleaveRounds(fleet, effort.rounds));
    measurements.push(...describe(rounds, count));
    bounds.push(...boundsOf(rounds, count, effort.limits));
  }
  if (effort.leaderKills > 0) {
    const times = await withFleet({ program, servers: 3, count: 8 }, (fleet) => killLeaders(fleet, effort.leaderKills));
    measurements.push({ name: "8 replicas, the leader killed just before", unit: "ms until in force everywhere", spread: spreadOf(times) });
  }
  return {
    name: "publish",
    method: `from the acknowledgement of a revision until the last of N decision services has it in force, against plain NATS from publish to the last of N subscribers, by turns; ${effort.rounds} rounds after ${warmUpRounds} to warm up; all processes and one nats-server share this machine`,
    measurements,
    bounds,
  };
}

async function withFleet<T>(
  options: { readonly program: NatsProgram; readonly servers: 1 | 3; readonly count: number },
  measure: (fleet: RevisionFleet) => Promise<T>,
): Promise<T> {
  await using cleanup = new AsyncDisposableStack();
  return await measure(await startRevisionFleet(cleanup, options));
}

async function interleaveRounds(fleet: RevisionFleet, count: number): Promise<Rounds> {
  const [revisions, plain]: [number[], number[]] = [[], []];
  for (let round = -warmUpRounds; round < count; round++) {
    await pause(betweenMs);
    const received = await fleet.publishPlain();
    await pause(betweenMs);
    const applied = await fleet.publishRevision();
    if (round < 0) continue;
    plain.push(received.at(-1) ?? Number.NaN);
    revisions.push(applied.at(-1) ?? Number.NaN);
  }
  return { revisions, plain };
}

/** From the acknowledgement by whoever leads next. */
async function killLeaders(fleet: RevisionFleet, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  await fleet.publishRevision();
  for (let kill = 0; kill < count; kill++) {
    const leader = await fleet.bus.leader();
    await leader.kill();
    times.push((await fleet.publishRevision()).at(-1) ?? Number.NaN);
    await leader.restart();
  }
  return times;
}

function describe({ revisions, plain }: Rounds, count: number): readonly Measurement[] {
  const rows = { "in force": revisions, "plain NATS": plain };
  return Object.entries(rows).flatMap(([name, times]) => [
    { name: `${count} replicas: ${name}`, unit: "ms", spread: spreadOf(times) },
    { name: `${count} replicas: ${name}, p99`, unit: "ms", spread: spreadOf([quantileOf(times, 0.99)]) },
  ]);
}

function boundsOf({ revisions, plain }: Rounds, count: number, [p50, p99]: Effort["limits"]): readonly Bound[] {
  const ratio = (quantile: number) => spreadOf([quantileOf(revisions, quantile) / quantileOf(plain, quantile)]);
  return [
    { name: `${count} replicas, p50`, unit: "x plain NATS", spread: ratio(0.5), limit: p50, aim: 1.5 },
    { name: `${count} replicas, p99`, unit: "x plain NATS", spread: ratio(0.99), limit: p99, aim: 2 },
  ];
}
