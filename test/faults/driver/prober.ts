import { setTimeout as pause } from "node:timers/promises";
import type { Answer, Consistency, RevisionToken, UndecidedError } from "@portcullis/policy";
import { aWorkload } from "@portcullis/testing";
import { isAtLeast } from "@portcullis/wire";
import { type Question, toDecisionEvent } from "../history/decision-event.ts";
import { bitProbes, bothSides, wholeProbes } from "../history/probe-questions.ts";
import type { FrontEndProcess } from "./front-end-process.ts";
import type { Observer } from "./observer.ts";
import type { Random } from "./random.ts";
import type { ReplicaProcess } from "./replica-process.ts";

/** Asks all the time, whatever happens to those that are asked. */
export interface Prober {
  answered(): number;
  /** Resolves once what was asked is answered. */
  stop(): Promise<void>;
}

export interface ProberOptions {
  readonly observer: Observer;
  readonly replicas: readonly ReplicaProcess[];
  readonly frontEnd: FrontEndProcess;
  readonly random: Random;
  readonly perSecond: number;
  /** Acknowledged, newest last. */
  readonly published: () => readonly RevisionToken[];
}

interface Probe {
  readonly questions: readonly (readonly string[])[];
  readonly consistency: Consistency;
}

interface Demand {
  readonly consistency: Consistency;
  readonly pair: number | null;
  readonly isSession: boolean;
}

const minimizeLatency: Consistency = { kind: "minimize-latency" };

/** More wait for replicas that hang; they are asked all the same, up to here. */
const maxUnderWay = 400;
const tickMs = 10;

/**
 * Each replica, and the front-end, is asked in turn: pairs of probes, and single ones. One question in ten demands a consistency; and
 * each cluster has a session, which asks replicas as a front-end does: never for less than it has seen.
 */
export function startProber({ observer, replicas, frontEnd, random, perSecond, published }: ProberOptions): Prober {
  const seen = new Map<string, RevisionToken>();
  let isStopping = false;
  let underWay = 0;
  let answered = 0;
  let turn = 0;
  let pairs = 0;

  async function note(question: Question, asked: Promise<Answer | UndecidedError>): Promise<Answer | UndecidedError> {
    underWay += 1;
    const sentAt = observer.now();
    const answer = await asked;
    observer.note(toDecisionEvent(question, answer, { sentAt, at: observer.now() }));
    underWay -= 1;
    answered += 1;
    return answer;
  }

  async function askReplica(replica: ReplicaProcess, images: readonly string[], { consistency, pair, isSession }: Demand): Promise<void> {
    const { replica: name, cluster } = replica.setting;
    const atLeast = isSession ? seen.get(cluster) : undefined;
    const question = { replica: name, cluster, session: isSession ? cluster : null, images, pair, consistency };
    const demand = { consistency, ...(atLeast !== undefined && { atLeast }) };
    const answer = await note(question, replica.ask(aWorkload({ cluster, images }), demand));
    if (!isSession || !("decision" in answer)) return;
    const { servedAt } = answer.decision;
    const newest = seen.get(cluster);
    if (newest === undefined || isAtLeast(servedAt, newest)) seen.set(cluster, servedAt);
  }

  async function askFrontEnd(images: readonly string[], pair: number | null): Promise<void> {
    const { cluster } = frontEnd;
    const question = { replica: null, cluster, session: "front-end", images, pair, consistency: minimizeLatency };
    await note(question, frontEnd.ask(aWorkload({ cluster, images })));
  }

  function nextProbe(): Probe {
    const token = published().at(-1);
    const kind = random.between(0, 9);
    if (kind === 0 && token !== undefined) return { questions: [wholeProbes[0] ?? []], consistency: random.pick(demands(token)) };
    if (kind <= 3) return { questions: wholeProbes, consistency: minimizeLatency };
    if (kind <= 6) return { questions: bitProbes(random.between(0, 11)), consistency: minimizeLatency };
    return { questions: [bothSides(random.between(0, 11))], consistency: minimizeLatency };
  }

  /** How many questions were asked. */
  function probe(): number {
    const place = turn++ % (replicas.length + 1);
    const replica = replicas[place];
    if (replica?.isRunning() === false) return 0;
    const { questions, consistency } = nextProbe();
    pairs += 1;
    const demand = { consistency, pair: questions.length === 2 ? pairs : null, isSession: random.between(0, 2) === 0 };
    for (const images of questions) {
      if (replica === undefined) void askFrontEnd(images, demand.pair);
      else void askReplica(replica, images, demand);
    }
    return questions.length;
  }

  async function run(): Promise<void> {
    const startedMs = performance.now();
    let sent = 0;
    while (!isStopping) {
      const due = ((performance.now() - startedMs) * perSecond) / 1_000;
      // What was missed while this machine was slow is not caught up with.
      if (due - sent > perSecond) sent = due;
      while (sent < due && underWay < maxUnderWay) sent += Math.max(1, probe());
      await pause(tickMs);
    }
    while (underWay > 0) await pause(tickMs);
  }

  const running = run();
  return {
    answered: () => answered,
    async stop() {
      isStopping = true;
      await running;
    },
  };
}

function demands(token: RevisionToken): readonly Consistency[] {
  return [{ kind: "at-least", token }, { kind: "exactly", token }, { kind: "fully-consistent" }];
}
