import type { Msg } from "@nats-io/transport-node";
import type { LogEntry, RevisionLog } from "../revision-log.ts";
import { RevisionLogError } from "../revision-log-error.ts";
import { appendEntry } from "./append-entry.ts";
import { createBundleStore } from "./bundle-store.ts";
import { createBundleThreads } from "./bundle-thread.ts";
import { decodeEntry, encodeEntry } from "./entry-frame.ts";
import type { NatsServers } from "./keep-connected.ts";
import { toConnectionIdentity } from "./nats-identity.ts";
import { createNatsLink } from "./nats-link.ts";
import { createStatusStore } from "./status-store.ts";
import { readMessage, type StreamReader } from "./stored-message.ts";
import { findWeaknesses, setUpStreams } from "./stream-check.ts";
import { planStreams } from "./stream-plan.ts";

export interface NatsRevisionLogOptions extends NatsServers {
  /** Lower-case letters, digits and dashes; one log per set. Default `default`. */
  readonly policySet?: string;
  /** The JetStream domain that holds the streams: the hub's, where the servers named are a leaf. Default: that of the servers. */
  readonly domain?: string;
  /** How long a request may take with all its repetitions. Default 5,000. */
  readonly timeoutMs?: number;
  /** The operator says that every server has `sync_interval: always`, which no client can see. Default false. */
  readonly syncAlways?: boolean;
}

export interface SetUpOptions {
  /** Copies of each stream: 3 in a cluster, 1 on a single server. */
  readonly replicas: 1 | 3;
}

/** A revision log on NATS JetStream; whoever publishes sets it up. */
export interface NatsRevisionLog extends RevisionLog {
  /** Creates the streams that are missing; existing ones stay as they are, for `selfCheck` to compare. */
  setUp(options: SetUpOptions): Promise<void>;
}

const inlineLimitBytes = 512 * 1024;

/** Connects in the background, for as long as it takes: nothing here waits longer than `timeoutMs`. Throws on what can never work. */
export function createNatsRevisionLog({
  policySet = "default",
  domain,
  timeoutMs = 5_000,
  syncAlways = false,
  ...servers
}: NatsRevisionLogOptions): NatsRevisionLog {
  const plan = planStreams(policySet);
  const { policy } = plan;
  const reader: StreamReader = { api: domain === undefined ? "$JS.API" : `$JS.${domain}.API`, timeoutMs };
  // Before anything is opened: connecting goes on in the background, where a wrong file would be tried for ever.
  toConnectionIdentity(servers);
  const link = createNatsLink(servers);
  const threads = createBundleThreads({ servers, plan, reader });
  const bundles = createBundleStore(link, plan, { ...reader, readLarge: threads.get });
  const statuses = createStatusStore(link, plan, reader);

  return {
    inlineLimitBytes,
    async readHead() {
      const message = await readMessage(link, policy.stream, { ...reader, query: { lastOf: policy.subject } });
      return message === undefined ? undefined : decodeEntry(message.sequence, message.data);
    },
    async *readAfter(position) {
      for (let from = position + 1; ; ) {
        const message = await readMessage(link, policy.stream, { ...reader, query: { nextOf: policy.subject, from } });
        if (message === undefined) return;
        yield decodeEntry(message.sequence, message.data);
        from = message.sequence + 1;
      }
    },
    async append(entry, options) {
      const size = entry.bundle?.byteLength ?? 0;
      if (size > inlineLimitBytes) {
        throw new RevisionLogError(
          "bus-entry-too-large",
          `a bundle of ${size} bytes does not fit into an entry; put it by its digest first`,
        );
      }
      return appendEntry(link, plan, { ...options, ...reader, frame: encodeEntry(entry) });
    },
    putBundle: bundles.put,
    getBundle: bundles.get,
    onNotification(listener) {
      const gap = () => listener(undefined);
      return link.subscribe(policy.news, (message) => listener(toEntry(message)), gap);
    },
    reportStatus: statuses.report,
    withdrawStatus: statuses.withdraw,
    readStatuses: statuses.readAll,
    onStatus: statuses.listen,
    selfCheck: () => findWeaknesses(link, plan, { ...reader, syncAlways }),
    setUp: ({ replicas }) => setUpStreams(link, plan, { ...reader, replicas }),
    async close() {
      await threads.close();
      await link.close();
    },
  };
}

/** A republished message carries its place in the stream as a header. */
function toEntry({ headers, data }: Msg): LogEntry | undefined {
  const position = Number(headers?.get("Nats-Sequence") ?? "");
  return Number.isSafeInteger(position) && position > 0 ? decodeEntry(position, data) : undefined;
}
