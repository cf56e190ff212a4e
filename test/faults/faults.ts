// `npm run test:faults`: does faults to real processes, and checks the history of what they did.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findNatsProgram, type NatsRelease } from "@portcullis/testing";
import { checkHistory } from "./checker/check-history.ts";
import { createObserver } from "./driver/observer.ts";
import { startProber } from "./driver/prober.ts";
import { createRandom } from "./driver/random.ts";
import { runFaults } from "./driver/run-faults.ts";
import { parseRunOptions, type RunOptions, usage } from "./driver/run-options.ts";
import { startWorld } from "./driver/start-world.ts";
import { contentFaults } from "./faults/content-faults.ts";
import type { Fault } from "./faults/fault.ts";
import { logFaults } from "./faults/log-faults.ts";
import { networkFaults } from "./faults/network-faults.ts";
import { notificationFaults } from "./faults/notification-faults.ts";
import { processFaults } from "./faults/process-faults.ts";
import { serverFaults } from "./faults/server-faults.ts";
import type { HistoryEvent } from "./history/history-event.ts";
import { parseHistory } from "./history/read-history.ts";

const everyFault: readonly Fault[] = [
  ...serverFaults,
  ...networkFaults,
  ...processFaults,
  ...notificationFaults,
  ...logFaults,
  ...contentFaults,
];
const historyFolder = join(import.meta.dirname, "..", "..", "node_modules", ".cache", "faults");

/** One kind of servers, and what is done to it. */
interface Run {
  readonly release: NatsRelease;
  readonly servers: 1 | 3;
  readonly faults: readonly Fault[];
}

async function main(): Promise<number> {
  const options = parseRunOptions(process.argv.slice(2), Date.now() % 1_000_000);
  if (options.wantsHelp) {
    process.stdout.write(`${usage}\nfaults: ${everyFault.map(({ name }) => name).join(", ")}\n`);
    return 0;
  }
  if (options.check !== undefined) return report(parseHistory(readFileSync(options.check, "utf8")), options.check);
  say(`seed ${options.seed}`);
  const since = performance.now();
  let status = 0;
  for (const run of planRuns(options)) status = Math.max(status, await runOnce(run, options));
  say(`done in ${((performance.now() - since) / 1_000).toFixed(0)} s`);
  return status;
}

function planRuns({ only, releases, sizes, isSlice, seed }: RunOptions): readonly Run[] {
  const unknown = only.find((name) => everyFault.every((fault) => fault.name !== name));
  if (unknown !== undefined) throw new Error(`there is no fault "${unknown}"; --help lists them`);
  const wanted = createRandom(seed).shuffled(everyFault.filter(({ name }) => only.length === 0 || only.includes(name)));
  const kinds = releases.flatMap((release) => sizes.map((servers) => ({ release, servers })));
  const fits = ({ on }: Fault, servers: 1 | 3) => on === "any" || (on === "single") === (servers === 1);
  if (!isSlice) return kinds.map((kind) => ({ ...kind, faults: wanted.filter((fault) => fits(fault, kind.servers)) }));
  return kinds.map((kind, index) => ({ ...kind, faults: wanted.filter((_, place) => place % kinds.length === index) }));
}

async function runOnce({ release, servers, faults }: Run, { seed, minutes, perSecond, isSlice }: RunOptions): Promise<number> {
  const program = await findNatsProgram(release);
  if ("missing" in program) {
    say(program.missing);
    return 2;
  }
  const name = `nats-server ${program.version}, ${servers === 1 ? "one server" : "three servers"}`;
  say(`${name}: ${faults.length} faults`);
  const observer = createObserver(join(historyFolder, `${seed}-${release}-${servers}.jsonl`));
  const random = createRandom(seed + servers);
  const untilMs = isSlice ? 0 : performance.now() + minutes * 60_000;
  const cleanup = new AsyncDisposableStack();
  try {
    const world = await startWorld({ observer, random, seed, program, servers, isShort: isSlice, cleanup });
    const prober = startProber({
      observer,
      replicas: world.replicas,
      frontEnd: world.frontEnd,
      random,
      perSecond,
      published: world.published,
    });
    try {
      await runFaults(world, { faults, untilMs, say });
    } finally {
      await prober.stop();
    }
  } finally {
    observer.flush();
    await cleanup.disposeAsync();
  }
  return report(observer.events, observer.file);
}

function report(events: readonly HistoryEvent[], file: string): number {
  const count = (kind: HistoryEvent["kind"]) => events.filter((event) => event.kind === kind).length;
  const revisions = new Set(events.flatMap((event) => (event.kind === "entry" ? [event.digest] : []))).size;
  const broken = checkHistory(events);
  say(
    `${count("decision")} decisions, ${revisions} revisions, ${count("applied")} applied, ${count("status")} reports, ${count("fault")} faults: ` +
      `${broken.length === 0 ? "every promise was kept" : `${broken.length} promises were broken`} (${file})`,
  );
  for (const { property, violations } of broken) {
    say(`  ${property}: ${violations.length} times`);
    for (const { at, message } of violations.slice(0, 5)) say(`    at ${at.toFixed(0)} ms: ${message}`);
  }
  return broken.length === 0 ? 0 : 1;
}

function say(text: string): void {
  process.stdout.write(`faults: ${text}\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`faults: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
}
