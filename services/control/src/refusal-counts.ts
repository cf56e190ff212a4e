import type { RefusalCounts } from "@portcullis/grpc-server";
import type { Telemetry } from "@portcullis/telemetry";
import { Counter } from "prom-client";

/** Counts who is not let in. Once per registry. */
export function createRefusalCounts({ metrics }: Telemetry): RefusalCounts {
  const calls = new Counter({
    name: "portcullis_control_refused_calls_total",
    help: "Calls by clients whose certificate carries no allowed name.",
    registers: [metrics],
  });
  const connections = new Counter({
    name: "portcullis_control_connections_refused_total",
    help: "Connections that ended before an allowed client called.",
    labelNames: ["reason"],
    registers: [metrics],
  });
  return { call: () => calls.inc(), connection: (reason) => connections.inc({ reason }) };
}
