import type { ServerUnaryCall } from "@grpc/grpc-js";
import { peerNames } from "@portcullis/pki";
import type { Telemetry } from "@portcullis/telemetry";
import { Counter } from "prom-client";
import { toControlStatus } from "./control-status.ts";

/** Who calls, as gRPC knows it. */
export type CallOrigin = Pick<ServerUnaryCall<unknown, unknown>, "getAuthContext" | "getPeer">;

/** What was done, for whom, and how it ended: counted, and one line of the log each. */
export interface OperationAudit {
  /**
   * Runs `work` for whoever calls; resolves and rejects as it does. `outcomeOf` says how it ended, as one word of a closed set,
   * and what else the line should hold.
   */
  run<T>(operation: AuditedOperation<T>, work: (caller: string) => Promise<T>): Promise<T>;
}

export interface AuditedOperation<T> {
  /** `publish`, `fleet`. */
  readonly name: string;
  readonly call: CallOrigin;
  readonly outcomeOf?: (result: T) => { readonly outcome: string } & Readonly<Record<string, unknown>>;
}

export interface AuditOptions {
  readonly telemetry: Telemetry;
  readonly allowedClients: readonly string[];
}

/** Registers its metric: once per registry. */
export function createOperationAudit({ telemetry: { log, metrics }, allowedClients }: AuditOptions): OperationAudit {
  const operations = new Counter({
    name: "portcullis_control_operations_total",
    help: "Operations on revisions by what was asked and how it ended.",
    labelNames: ["operation", "outcome"],
    registers: [metrics],
  });

  return {
    async run({ name, call, outcomeOf = () => ({ outcome: "answered" }) }, work) {
      const caller = callerOf(call, allowedClients);
      const about = { operation: name, caller, peer: call.getPeer() };
      const startedAt = performance.now();
      const elapsedMs = () => Math.round(performance.now() - startedAt);
      try {
        const result = await work(caller);
        const ended = outcomeOf(result);
        operations.inc({ operation: name, outcome: ended.outcome });
        log.info({ ...about, ...ended, elapsedMs: elapsedMs() }, "policy operation");
        return result;
      } catch (error) {
        const { isOurs, code, details } = toControlStatus(error);
        operations.inc({ operation: name, outcome: "error" });
        const fields = { ...about, outcome: "error", status: code, details, elapsedMs: elapsedMs() };
        if (isOurs) log.warn(fields, "policy operation");
        else log.error({ ...fields, err: error }, "policy operation");
        throw error;
      }
    },
  };
}

/** The name in the certificate that let the call in. */
function callerOf(call: CallOrigin, allowedClients: readonly string[]): string {
  const certificate = call.getAuthContext().sslPeerCertificate;
  const names = certificate === undefined ? [] : peerNames(certificate);
  return names.find((name) => allowedClients.includes(name)) ?? "unknown";
}
