import { type Decide, UndecidedError } from "@portcullis/policy";
import type { Telemetry } from "@portcullis/telemetry";
import { createCertificateSource, type MutualTls, maxMessageBytes, toWorkloadMessage } from "@portcullis/wire";
import { Bag } from "./bag.ts";
import { type AddressPool, createAddressPool } from "./decision-client-address-pool.ts";
import { Dispatcher } from "./decision-client-dispatcher.ts";
import { createDecisionClientMetrics } from "./decision-client-metrics.ts";
import { Question } from "./decision-client-question.ts";
import { followTargets } from "./decision-client-targets.ts";
import { createHighestTokens } from "./decision-client-tokens.ts";

export interface DecisionClientOptions {
  /** `host:port` each; a name stands for all of its addresses, looked up every second. */
  readonly addresses: readonly string[];
  readonly tls: MutualTls;
  readonly telemetry: Telemetry;
  /** Most questions waiting at once; more are undecided-overloaded at once. Default 10,000. */
  readonly maxPending?: number;
  /** Default: the resolver of the system. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
}

// What goes around a workload in a message is small.
const maxWorkloadBytes = maxMessageBytes - 64 * 1024;

/** Decides by asking decision services. */
export interface DecisionClient {
  readonly decide: Decide;
  /** Whether at least one decision service can be asked now. */
  ready(): boolean;
  /** For connections from now on; those that stand stay. */
  reloadTls(tls: MutualTls): void;
  /** Cuts every stream; what waits is undecided-unavailable. */
  close(): void;
}

/**
 * Holds one channel and one stream per address. Each question goes to the address with the fewest unanswered ones, to another
 * one when that fails, and to a second one at half its time. Throws `ConfigError` for an address it cannot read.
 */
export function createDecisionClient(options: DecisionClientOptions): DecisionClient {
  const { telemetry, maxPending = 10_000 } = options;
  const certificates = createCertificateSource(options.tls);
  const tokens = createHighestTokens();
  const pending = new Bag<Question>();
  const pool = createAddressPool(certificates, {
    log: telemetry.log,
    atLeast: tokens.atLeast,
    onAnswer: (question, answer, stream) => dispatcher.onAnswer(question, answer, stream),
    onOpen: () => dispatcher.onOpen(),
    onLost: (lost) => dispatcher.onLost(lost),
  });
  const dispatcher = new Dispatcher({
    addresses: pool.addresses,
    onAnswer: ({ decision }, address) => tokens.see(decision.servedAt, address),
    onResend: createDecisionClientMetrics(telemetry, { streams: pool.streamCount, pending: () => pending.size }),
    maxOutstanding: maxPending,
  });
  const stop = followDecisionServices(options, pool);
  const timers = {
    onHalfTime: (question: Question) => dispatcher.onHalfTime(question),
    onDeadline: (question: Question) => dispatcher.onDeadline(question),
    onSettled: (question: Question) => void pending.delete(question),
  };

  const decide: Decide = async (workload, { deadlineMs, traceparent, atLeast, consistency }) => {
    if (performance.now() >= deadlineMs) throw new UndecidedError("undecided-deadline", "no time was left to ask a decision service");
    if (pending.size >= maxPending) throw new UndecidedError("undecided-overloaded", "too many reviews wait for a decision");
    if (atLeast !== undefined) tokens.see(atLeast);
    const message = toWorkloadMessage(workload);
    const question = new Question(message, { deadlineMs, traceparent, consistency }, timers);
    pending.add(question);
    if (question.sizeBytes <= maxWorkloadBytes) dispatcher.ask(question);
    else question.settle(new UndecidedError("undecided-internal", "the workload is larger than a message may be"));
    return question.answered;
  };

  return {
    decide,
    ready: () => pool.streamCount() > 0,
    reloadTls: certificates.replace,
    close() {
      stop();
      const shuttingDown = new UndecidedError("undecided-unavailable", "this front-end is shutting down");
      pending.forEach((question) => {
        question.settle(shuttingDown);
      });
      pool.close();
    },
  };
}

function followDecisionServices({ addresses, resolve, telemetry: { log } }: DecisionClientOptions, pool: AddressPool): () => void {
  return followTargets({
    addresses,
    ...(resolve === undefined ? {} : { resolve }),
    onProblem: (name, err) => log.warn({ err, name }, "decision service name does not resolve; its last addresses stay"),
    onTargets(targets) {
      log.info({ addresses: targets.map(({ address }) => address) }, "decision services");
      pool.setTargets(targets);
    },
  });
}
