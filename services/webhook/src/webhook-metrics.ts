import { type ReviewProblemCode, reviewProblemCodes } from "@portcullis/kubernetes";
import { type UndecidedCode, undecidedCodes } from "@portcullis/policy";
import { type HistogramChild, type Tally, TallyCounter, TallyHistogram, type Telemetry } from "@portcullis/telemetry";
import { Gauge } from "prom-client";
import { type CallerRefusalCode, callerRefusalCodes } from "./caller.ts";
import type { ReviewLoad } from "./review-load.ts";
import { type ReviewPath, reviewPaths } from "./review-protocol.ts";
import { type UndecidedMode, undecidedModes } from "./when-undecided.ts";

/** Why a body was never decided on: the caller went away, or did not send it in time. */
export const unfinishedBodies = ["aborted", "too-slow", "endless"] as const;
export type UnfinishedBody = (typeof unfinishedBodies)[number];

/** Why a connection ended before its caller had shown a certificate that may ask. */
export const strangerEnds = ["handshake", "slow", "crowded", "full"] as const;
export type StrangerEnd = (typeof strangerEnds)[number];

/** What the webhook counts. Every child is resolved once and only adds, since finding one costs more than counting. */
export interface WebhookMetrics {
  readonly reviews: Readonly<Record<ReviewPath, Readonly<Record<"allow" | "deny", Tally>>>>;
  readonly seconds: Readonly<Record<ReviewPath, HistogramChild>>;
  readonly undecided: Readonly<Record<UndecidedCode, Tally>>;
  readonly undecidedOutcomes: Readonly<Record<ReviewPath, Readonly<Record<UndecidedMode | "retry", Tally>>>>;
  readonly refused: Readonly<Record<CallerRefusalCode, Tally>>;
  readonly strangers: Readonly<Record<StrangerEnd, Tally>>;
  readonly bodyProblems: Readonly<Record<ReviewProblemCode, Tally>>;
  readonly unfinished: Readonly<Record<UnfinishedBody, Tally>>;
  readonly shed: Readonly<Record<"reviews" | "traces" | "reports", Tally>>;
  readonly tlsReloads: Readonly<Record<"ok" | "failed", Tally>>;
  readonly tlsExpiry: Gauge;
  readonly unauthenticatedCluster: Gauge<"cluster">;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30];

/** Registers the webhook's metrics in this process's registry. Once per registry. */
export function createWebhookMetrics({ metrics }: Telemetry, load: ReviewLoad): WebhookMetrics {
  const registers = [metrics];
  const name = (rest: string) => `portcullis_webhook_${rest}`;
  const counter = <Label extends string>(rest: string, help: string, labelNames: readonly Label[]) =>
    new TallyCounter({ name: name(rest), help, labelNames: [...labelNames], registers });

  const reviews = counter("reviews_total", "Reviews answered with a verdict.", ["path", "verdict"]);
  const duration = new TallyHistogram({
    name: name("review_duration_seconds"),
    help: "From the request's headers to the answer.",
    labelNames: ["path"],
    buckets: seconds,
    registers,
  });
  const undecided = counter("undecided_total", "Reviews on which no decision could be reached, by reason.", ["code"]);
  const outcomes = counter("undecided_outcomes_total", "What undecided reviews were answered with.", ["path", "outcome"]);
  const refused = counter("callers_refused_total", "Requests refused before their body was read, by reason.", ["code"]);
  const strangers = counter("connections_refused_total", "Connections that ended before their caller proved who it is.", ["reason"]);
  const problems = counter("body_problems_total", "Bodies denied because nobody can judge them, by reason.", ["code"]);
  const unfinished = counter("bodies_unfinished_total", "Bodies that never came to an end, and were not decided on.", ["reason"]);
  const shed = counter("shed_total", "What was left out under load.", ["what"]);
  const reloads = counter("tls_reloads_total", "Attempts to take up changed certificate files.", ["result"]);
  gauge(name("reviews_in_flight"), "Reviews under way.", registers, () => load.inFlight);
  gauge(name("body_bytes_held"), "Bytes of bodies that are held.", registers, () => load.bufferedBytes);

  return {
    reviews: byEach(reviewPaths, (path) => byEach(["allow", "deny"], (verdict) => reviews.child({ path, verdict }))),
    seconds: byEach(reviewPaths, (path) => duration.child({ path })),
    undecided: byEach(undecidedCodes, (code) => undecided.child({ code })),
    undecidedOutcomes: byEach(reviewPaths, (path) => byEach([...undecidedModes, "retry"], (outcome) => outcomes.child({ path, outcome }))),
    refused: byEach(callerRefusalCodes, (code) => refused.child({ code })),
    strangers: byEach(strangerEnds, (reason) => strangers.child({ reason })),
    bodyProblems: byEach(reviewProblemCodes, (code) => problems.child({ code })),
    unfinished: byEach(unfinishedBodies, (reason) => unfinished.child({ reason })),
    shed: byEach(["reviews", "traces", "reports"], (what) => shed.child({ what })),
    tlsReloads: byEach(["ok", "failed"], (result) => reloads.child({ result })),
    tlsExpiry: new Gauge({
      name: name("tls_certificate_not_after_seconds"),
      help: "When the served certificate ends (Unix time).",
      registers,
    }),
    unauthenticatedCluster: new Gauge({
      name: name("unauthenticated_cluster"),
      help: "1 for each cluster whose callers need no client certificate.",
      labelNames: ["cluster"],
      registers,
    }),
  };
}

function gauge(name: string, help: string, registers: Telemetry["metrics"][], read: () => number): Gauge {
  return new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });
}

function byEach<Key extends string, Value>(keys: readonly Key[], make: (key: Key) => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<Key, Value>;
}
