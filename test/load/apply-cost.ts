import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { findNatsProgram, type NatsProgram } from "@portcullis/testing";
import { type BusStack, startBusStack } from "../stack/bus-stack.ts";
import type { AskedWindow } from "./asked-window.ts";
import type { BenchOptions } from "./bench-options.ts";
import { patternAt } from "./long-list.ts";
import type { Bound, Section } from "./report.ts";
import { spreadOf } from "./statistics.ts";
import { type SteadyAsker, startSteadyAsker } from "./steady-asker.ts";

const perSecond = 1_000;

/** What one revision cost those who asked meanwhile. */
interface Round {
  readonly quiet: AskedWindow;
  readonly applying: AskedWindow;
  readonly applySeconds: number;
}

interface Effort {
  readonly rounds: number;
  readonly entries: number;
  readonly limit: number;
}

/** What it does to those who ask that a long revision is applied: latency then, against that just before. */
export async function measureApply({ isSlice }: BenchOptions): Promise<Section> {
  // On a machine that does other things, fewer answers and a wider limit still catch a compilation on the event loop.
  const effort: Effort = isSlice ? { rounds: 5, entries: 300_000, limit: 15 } : { rounds: 11, entries: 1_000_000, limit: 1.5 };
  await using stack = await startBusStack(await findNats());
  const first = await publish(stack, effort.entries, 0);
  const replica = await stack.startReplica("measured");
  await stack.status("measured", ({ applied }) => applied?.revision === first);
  const { caFile, webhookClient } = stack.pki;
  const asker = await startSteadyAsker({ port: replica.port, perSecond, caFile, ...webhookClient });
  try {
    await measureRound({ stack, asker, entries: effort.entries, round: 0 });
    const rounds: Round[] = [];
    for (let round = 1; round <= effort.rounds; round++) rounds.push(await measureRound({ stack, asker, entries: effort.entries, round }));
    return toSection(rounds, effort, await peakMebibytes(replica.process.pid));
  } finally {
    await asker.close();
  }
}

async function findNats(): Promise<NatsProgram> {
  const program = await findNatsProgram("newest");
  if ("missing" in program) throw new Error(program.missing);
  return program;
}

interface RoundOptions {
  readonly stack: BusStack;
  readonly asker: SteadyAsker;
  readonly entries: number;
  readonly round: number;
}

/** As long as applying takes, so that both windows hold about as many answers. */
const quietMs = 4_000;
/** After a revision is in force, until the one before is forgotten. */
const settleMs = 1_500;

async function measureRound({ stack, asker, entries, round }: RoundOptions): Promise<Round> {
  await sleep(settleMs);
  await asker.take();
  await sleep(quietMs);
  const quiet = await asker.take();
  // To encode and upload a bundle is the work of whoever publishes: what counts begins once the log has it.
  const revision = await publish(stack, entries, round + 1);
  await asker.take();
  const startedMs = performance.now();
  await asker.servedAt(revision);
  const applySeconds = (performance.now() - startedMs) / 1_000;
  const applying = await asker.take();
  assertAnswered([quiet, applying]);
  return { quiet, applying, applySeconds };
}

async function publish(stack: BusStack, entries: number, round: number): Promise<number> {
  const lines = [`registry.example/withdrawn-${round}`];
  for (let i = 1; i < entries; i++) lines.push(patternAt("exact", i));
  const { token } = await stack.publishFiles({ "policy.yaml": policy, "list.txt": `${lines.join("\n")}\n` });
  return token.revision;
}

const policy = `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: long }
spec: { allow: ["registry.example/**"], denyFrom: list.txt }
`;

function assertAnswered(windows: readonly AskedWindow[]): void {
  for (const { refused, firstRefusal = "nothing", unanswered } of windows) {
    if (refused > 0) throw new Error(`${refused} questions were answered with ${firstRefusal.slice(0, 300)} or the like`);
    if (unanswered > perSecond) throw new Error(`${unanswered} questions wait for an answer: this machine cannot keep up`);
  }
}

function toSection(rounds: readonly Round[], { entries, limit }: Effort, peakMiB: number | undefined): Section {
  const list = `${entries.toLocaleString("en-GB")} entries`;
  const spread = (of: (round: Round) => number) => spreadOf(rounds.map(of));
  const ratio: Bound = {
    name: `while a revision of ${list} is applied`,
    unit: "x the p99 of the same round without",
    spread: spread(({ quiet, applying }) => applying.answered.p99 / quiet.answered.p99),
    limit,
  };
  return {
    name: "apply",
    method: `${perSecond} questions/s of three distinct images each over one gRPC stream to a decision process that follows nats-server and has ${list} in force; from the moment the log has the next revision until answers are given by it, in ${rounds.length} rounds, each after as long a time without; who asks, nats-server and the decision process share this machine`,
    measurements: [
      { name: "without", unit: "ms p50", spread: spread(({ quiet }) => quiet.answered.p50) },
      { name: "without", unit: "ms p99", spread: spread(({ quiet }) => quiet.answered.p99) },
      { name: "without", unit: "ms longest", spread: spread(({ quiet }) => quiet.answered.max) },
      { name: ratio.name, unit: "ms p50", spread: spread(({ applying }) => applying.answered.p50) },
      { name: ratio.name, unit: "ms p99", spread: spread(({ applying }) => applying.answered.p99) },
      { name: ratio.name, unit: "ms longest", spread: spread(({ applying }) => applying.answered.max) },
      {
        name: ratio.name,
        unit: "x the p99 without, from when questions were due",
        spread: spread(({ quiet, applying }) => applying.sinceDue.p99 / quiet.sinceDue.p99),
      },
      { name: ratio.name, unit: "answers", spread: spread(({ applying }) => applying.answered.count) },
      { name: "from the log to the first answer by it", unit: "s", spread: spread(({ applySeconds }) => applySeconds) },
      ...(peakMiB === undefined ? [] : [{ name: "decision process", unit: "MiB resident at most", spread: spreadOf([peakMiB]) }]),
    ],
    bounds: [ratio],
  };
}

/** Undefined where the system does not say. */
async function peakMebibytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/mu.exec(status) ?? [];
  return kibibytes === undefined ? undefined : Number(kibibytes) / 1024;
}
