import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { createGrpcServer, type GrpcServer, type ServedStream } from "@portcullis/grpc-server";
import type { Telemetry } from "@portcullis/telemetry";
import { type MutualTls, maxMessageBytes } from "@portcullis/wire";
import { policyAdminServiceDefinition } from "@portcullis/wire/policy";
import { createOperationAudit } from "./operation-audit.ts";
import type { PolicyAdministration } from "./policy-administration.ts";
import type { PublishCall, UploadLimits } from "./receive-bundle.ts";
import { createRefusalCounts } from "./refusal-counts.ts";
import { type RollbackCall, serveChanges, type WidenCall } from "./serve-changes.ts";
import { serveReading } from "./serve-reading.ts";
import { serveRollouts, type WatchRolloutCall } from "./serve-rollout.ts";

export interface ControlServerOptions extends UploadLimits {
  readonly administration: PolicyAdministration;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly tls: MutualTls;
  /** Names of client certificates that may administer: `CN=…`, `DNS:…`, `URI:…`, `IP:…`. */
  readonly allowedClients: readonly string[];
  readonly telemetry: Telemetry;
  /** How long after `drain` began new calls are still taken, in milliseconds. */
  readonly drainDelayMs: number;
  /** How long what is under way may take to end after that. */
  readonly drainTimeoutMs: number;
}

/** A control service that listens. */
export type ControlServer = Omit<GrpcServer, "updateHealth">;

/** Nobody balances load over control services, and a rollout is watched for as long as it takes. */
const maxConnectionAgeMs = 24 * 3_600_000;

/** Listens over TLS with client certificates. Rejects with `StartError` when it cannot. */
export function createControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const { telemetry } = options;
  return createGrpcServer({
    ...options,
    what: "control service",
    purpose: "administer policies",
    setting: "control.port",
    log: telemetry.log,
    counted: createRefusalCounts(telemetry),
    health: { control: () => true },
    definition: policyAdminServiceDefinition,
    implement: (onStream) => adminHandlers(options, onStream),
    maxMessageBytes,
    maxConnectionAgeMs,
  });
}

function adminHandlers(options: ControlServerOptions, onStream: (stream: ServedStream) => void): UntypedServiceImplementation {
  const { administration } = options;
  const audit = createOperationAudit(options);
  const changes = serveChanges({ administration, audit, limits: options });
  const rollouts = serveRollouts({ administration, audit });
  const { listRevisions, diffRevisions, getTimeline, getFleet, getRevision } = serveReading({ administration, audit });
  return {
    publish: (call: PublishCall) => onStream(changes.publish(call)),
    rollback: (call: RollbackCall) => onStream(changes.rollback(call)),
    widen: (call: WidenCall) => onStream(changes.widen(call)),
    watchRollout: (call: WatchRolloutCall) => onStream(rollouts(call)),
    listRevisions,
    diffRevisions,
    getTimeline,
    getFleet,
    getRevision,
  };
}
