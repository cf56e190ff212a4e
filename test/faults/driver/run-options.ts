import { parseArgs } from "node:util";
import { type NatsRelease, natsReleases } from "@portcullis/testing";

export interface RunOptions {
  readonly seed: number;
  /** For each kind of servers; every fault is run once, and then again until the time is over. */
  readonly minutes: number;
  /** Empty: every fault. */
  readonly only: readonly string[];
  readonly releases: readonly NatsRelease[];
  /** Three servers or one; both where neither was asked for. */
  readonly sizes: readonly (1 | 3)[];
  /** Each fault is run once in all, on one release or the other. */
  readonly isSlice: boolean;
  readonly perSecond: number;
  /** Checks this history, and runs nothing. */
  readonly check: string | undefined;
  readonly wantsHelp: boolean;
}

export const usage = `usage: npm run test:faults -- [--seed N] [--minutes N] [--only FAULT]… [--server 2.9|newest] [--servers 1|3] [--slice]

Real nats-servers, replicas and publishers, to which faults are done while revisions are published and questions are asked. What
happened is written to a history, and checked for everything that docs/consistency.md promises. Exits 1 when a promise is broken,
2 when nothing could be run.

  --seed N         decides the order of faults and all times; printed, so that a run can be repeated (default: another one each time)
  --minutes N      time for each kind of servers (default 5); every fault is run once at least
  --only FAULT     one fault (may be given more than once)
  --server NAME    one release: 2.9 or newest (default: both)
  --servers N      1 or 3 servers (default: both)
  --rate N         questions per second (default 120)
  --slice          each fault once in all, dealt out over the releases with three servers: for continuous integration
  --check FILE     checks a history that a run left
  --help           this text
`;

/** Throws an Error with what is wrong. */
export function parseRunOptions(args: readonly string[], anySeed: number): RunOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string" },
      minutes: { type: "string", default: "5" },
      only: { type: "string", multiple: true, default: [] },
      server: { type: "string" },
      servers: { type: "string" },
      rate: { type: "string", default: "120" },
      slice: { type: "boolean", default: false },
      check: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const { server, servers } = values;
  const release = natsReleases.find((known) => known === server);
  if (server !== undefined && release === undefined) throw new Error(`"${server}" is no release: write one of ${natsReleases.join(", ")}`);
  if (servers !== undefined && servers !== "1" && servers !== "3") throw new Error(`"${servers}" servers are not possible: write 1 or 3`);
  return {
    seed: values.seed === undefined ? anySeed : toNumber("seed", values.seed),
    minutes: toNumber("minutes", values.minutes),
    only: values.only,
    releases: release === undefined ? natsReleases : [release],
    sizes: servers === undefined ? (values.slice ? [3] : [3, 1]) : [servers === "1" ? 1 : 3],
    isSlice: values.slice,
    perSecond: toNumber("rate", values.rate),
    check: values.check,
    wantsHelp: values.help,
  };
}

function toNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new Error(`--${name} "${text}" is no number`);
}
