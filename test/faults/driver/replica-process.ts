import { join } from "node:path";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { type Answer, type Consistency, type RevisionToken, UndecidedError, type Workload } from "@portcullis/policy";
import {
  type DecideResponse,
  DecisionServiceService,
  fromDecideResponse,
  fromErrorStatus,
  toConsistencyMessage,
  toRevisionTokenMessage,
  toWorkloadMessage,
} from "@portcullis/wire";
import type { ReplicaSetting } from "../history/history-event.ts";
import type { BusAccess } from "./bus-access.ts";
import type { Observer } from "./observer.ts";
import type { ReplicaTls } from "./replica-tls.ts";
import { type WatchedProcess, watchProcess } from "./watched-process.ts";

/** What every replica of a run is started with. */
export interface ReplicaSurroundings {
  readonly observer: Observer;
  readonly trustFile: string;
  readonly stateDir: string;
  /** Holds how far its time of day is ahead, in milliseconds; read again and again. */
  readonly timeFile: string;
  readonly tls: ReplicaTls;
  /** The same in every life, as front-ends know it; 0: any, and front-ends do not know it. */
  readonly port: number;
}

type BusUrls = Pick<BusAccess, "urls">;

/** A decision service as a process, which follows the bus through proxies of its own. */
export interface ReplicaProcess<Access extends BusUrls = BusAccess> extends AsyncDisposable {
  readonly setting: ReplicaSetting;
  readonly access: Access;
  readonly stateDir: string;
  readonly timeFile: string;
  /** Where it answers. */
  readonly address: string;
  pid(): number;
  isRunning(): boolean;
  /** Resolves once it answers, or is known to serve nothing yet. */
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<void>;
  /** Asks it over gRPC, past every front-end. */
  ask(
    workload: Workload,
    demand: { readonly consistency: Consistency; readonly atLeast?: RevisionToken },
  ): Promise<Answer | UndecidedError>;
  tail(): string;
}

const main = join(import.meta.dirname, "..", "..", "..", "services", "decision", "src", "main.ts");
const timeHook = join(import.meta.dirname, "..", "processes", "shift-time-of-day.ts");
const answerMs = 2_500;
const startMs = 60_000;

export function createReplicaProcess<Access extends BusUrls>(
  setting: ReplicaSetting,
  access: Access,
  around: ReplicaSurroundings,
): ReplicaProcess<Access> {
  const { observer, stateDir, timeFile } = around;
  const { replica } = setting;
  let current: WatchedProcess | undefined;
  let client: Client | undefined;
  let life = 0;

  async function start(): Promise<void> {
    life += 1;
    const own = life;
    const serving = Promise.withResolvers<number>();
    observer.note({ kind: "started", at: observer.now(), replica, life: own });
    const process_ = await watchProcess({
      main,
      args: argumentsOf(setting, access, around),
      nodeArgs: ["--import", timeHook],
      env: { TEST_TIME_FILE: timeFile },
      onLine: (line) => readLine(line, own, serving.resolve),
      onEnd: () => {
        observer.note({ kind: "ended", at: observer.now(), replica, life: own });
        serving.reject(new Error(`replica "${replica}" ended; it wrote:\n${current?.tail() ?? ""}`));
      },
    });
    current = process_;
    const timer = setTimeout(
      () => serving.reject(new Error(`replica "${replica}" does not serve; it wrote:\n${process_.tail()}`)),
      startMs,
    );
    const port = await serving.promise.finally(() => clearTimeout(timer));
    client?.close();
    client = connect(port, around.tls);
  }

  function readLine(line: string, own: number, onServing: (port: number) => void): void {
    const fields = line.startsWith("{") ? JSON.parse(line) : {};
    if (fields.msg === "serving") onServing(fields.port);
    if (fields.msg !== "revision applied") return;
    const { epoch, revision } = fields.revision;
    observer.note({ kind: "applied", at: observer.now(), replica, life: own, epoch, revision, bundleDigest: fields.digest });
  }

  async function kill(): Promise<void> {
    current?.signal("SIGKILL");
    await current?.ended();
  }

  return {
    setting,
    access,
    stateDir,
    timeFile,
    address: `127.0.0.1:${around.port}`,
    pid: () => current?.pid ?? 0,
    isRunning: () => current?.isRunning() === true,
    start,
    signal: (signal) => current?.signal(signal),
    kill,
    ask: (workload, demand) => (client === undefined ? Promise.resolve(unavailable()) : askOverGrpc(client, workload, demand)),
    tail: () => current?.tail() ?? "",
    async [Symbol.asyncDispose]() {
      client?.close();
      await kill();
    },
  };
}

function argumentsOf(
  { replica, cluster, staleAfterMs, ceilingMs, whenExpired }: ReplicaSetting,
  access: BusUrls,
  around: ReplicaSurroundings,
) {
  const { caFile, decision } = around.tls;
  return [
    ...["--bus-servers", access.urls.join(","), "--bus-trust-file", around.trustFile, "--bus-state-dir", around.stateDir],
    ...[
      "--cluster-name",
      cluster,
      "--cluster-replica",
      replica,
      "--cluster-allow-ttl-seconds",
      "0",
      "--cluster-review-timeout-seconds",
      "1",
    ],
    ...["--freshness-stale-after-ms", String(staleAfterMs), "--freshness-when-expired", whenExpired],
    ...(ceilingMs === null ? [] : ["--freshness-ceiling-ms", String(ceilingMs)]),
    ...["--decision-host", "127.0.0.1", "--decision-port", String(around.port), "--admin-port", "0", "--max-log-lines-per-second", "0"],
    ...[
      "--decision-tls-cert-file",
      decision.certFile,
      "--decision-tls-key-file",
      decision.keyFile,
      "--decision-tls-client-ca-file",
      caFile,
    ],
  ];
}

function connect(port: number, { ca, clientCert, clientKey }: ReplicaTls): Client {
  const ssl = credentials.createSsl(ca, clientKey, clientCert);
  return new Client(`127.0.0.1:${port}`, ssl, { "grpc.ssl_target_name_override": "localhost", "grpc.use_local_subchannel_pool": 1 });
}

function askOverGrpc(
  client: Client,
  workload: Workload,
  { consistency, atLeast }: { readonly consistency: Consistency; readonly atLeast?: RevisionToken },
): Promise<Answer | UndecidedError> {
  const { path, requestSerialize, responseDeserialize } = DecisionServiceService.decide;
  const request = {
    workload: toWorkloadMessage(workload),
    atLeast: atLeast === undefined ? undefined : toRevisionTokenMessage(atLeast),
    consistency: toConsistencyMessage(consistency),
  };
  const { promise, resolve } = Promise.withResolvers<Answer | UndecidedError>();
  const onAnswer = (error: ServiceError | null, response?: DecideResponse) =>
    resolve(error === null ? fromDecideResponse(response) : fromErrorStatus(error));
  client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, { deadline: Date.now() + answerMs }, onAnswer);
  return promise;
}

function unavailable(): UndecidedError {
  return new UndecidedError("undecided-unavailable", "it was never started");
}
