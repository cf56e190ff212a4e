import type { Load } from "./http1-load.ts";
import type { MeasuredServer } from "./measured-server.ts";
import { type Spread, spreadOf } from "./statistics.ts";

/** One server under one kind of load. */
export interface Contender {
  readonly name: string;
  readonly server: MeasuredServer;
  readonly load: Load;
}

/** What a contender used, round by round. */
export interface Rounds {
  readonly name: string;
  readonly cpuMicros: readonly number[];
  readonly perSecond: readonly number[];
}

export interface Effort {
  readonly rounds: number;
  /** Reviews per contender and round. */
  readonly reviews: number;
  /** Reviews per contender before anything counts. */
  readonly warmUp: number;
}

/** Asks every contender in turn, round after round, so that whatever else the machine does hits all of them alike. */
export async function interleave(contenders: readonly Contender[], { rounds, reviews, warmUp }: Effort): Promise<readonly Rounds[]> {
  for (const { load } of contenders) await load.run(warmUp);
  const results = contenders.map(({ name }) => ({ name, cpuMicros: [] as number[], perSecond: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, { server, load }] of contenders.entries()) {
      const before = await server.usage();
      const seconds = await load.run(reviews);
      const after = await server.usage();
      results[index]?.cpuMicros.push((after.cpuMicros - before.cpuMicros) / reviews);
      results[index]?.perSecond.push(reviews / seconds);
    }
  }
  return results;
}

/** CPU of `subject` as a multiple of that of `floor`, compared within each round. */
export function ratioSpread(subject: Rounds, floor: Rounds): Spread {
  return spreadOf(subject.cpuMicros.map((micros, round) => micros / (floor.cpuMicros[round] ?? Number.NaN)));
}
