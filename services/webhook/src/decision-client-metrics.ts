import type { Telemetry } from "@portcullis/telemetry";
import { Counter, Gauge } from "prom-client";
import type { ResendReason } from "./decision-client-dispatcher.ts";

/** Registers what the decision client counts; both are asked at each scrape. Returns how to count a question that is sent again. */
export function createDecisionClientMetrics(
  { metrics }: Telemetry,
  state: { readonly streams: () => number; readonly pending: () => number },
): (reason: ResendReason) => void {
  const registers = [metrics];
  new Gauge({
    name: "portcullis_webhook_decision_streams",
    help: "Decision services this front-end can ask now.",
    registers,
    collect() {
      this.set(state.streams());
    },
  });
  new Gauge({
    name: "portcullis_webhook_decision_pending",
    help: "Questions that wait for a decision.",
    registers,
    collect() {
      this.set(state.pending());
    },
  });
  const resends = new Counter({
    name: "portcullis_webhook_decision_resends_total",
    help: "Questions sent to another decision service, by reason: half-time, stream-lost, undecided.",
    labelNames: ["reason"],
    registers,
  });
  return (reason) => resends.labels(reason).inc();
}
