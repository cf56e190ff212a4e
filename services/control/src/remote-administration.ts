/** Administration by a control service: a door that loads gRPC. */
import { Client, credentials } from "@grpc/grpc-js";
import type { Bundle } from "@portcullis/policy";
import { decodeBundle, type PublishedRevision } from "@portcullis/policy-bus";
import { InvalidMessageError, type MutualTls, maxMessageBytes } from "@portcullis/wire";
import { type GetRevisionResponse, PolicyAdminServiceService as service } from "@portcullis/wire/policy";
import { ControlError } from "./control-error.ts";
import { fromDifferenceMessage } from "./messages/difference-message.ts";
import { fromFleetMessage } from "./messages/fleet-message.ts";
import { fromKeyMessages, fromRevisionMessage, fromSkippedMessage, toSelectorMessage } from "./messages/revision-message.ts";
import { fromRolloutMessage } from "./messages/rollout-message.ts";
import { fromTimelineMessage } from "./messages/timeline-message.ts";
import type { PolicyAdministration, RolloutRequest } from "./policy-administration.ts";
import { answersOf, ask, listen } from "./remote-calls.ts";
import { publishRemotely, rollBackRemotely, widenRemotely } from "./remote-changes.ts";
import type { RevisionDetail, RevisionList, RevisionSelector } from "./revision-list.ts";
import type { RolloutStatus } from "./rollout-status.ts";

export interface RemoteAdministrationOptions {
  /** `host:port` of a control service. */
  readonly address: string;
  readonly tls: MutualTls;
  /** The name in the control service's certificate, where it is not the host's. */
  readonly serverName?: string;
}

/** Administration by a control service: what it verified is taken as verified. Holds a connection until `close`. */
export interface RemoteAdministration extends PolicyAdministration {
  close(): void;
}

/** Connects when something is asked for. Rejects as a local administration does, and with `control-unreachable`. */
export function createRemoteAdministration({ address, tls, serverName }: RemoteAdministrationOptions): RemoteAdministration {
  const client = new Client(address, credentials.createSsl(tls.ca, tls.key, tls.cert), {
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": maxMessageBytes,
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_http_proxy": 0,
    "grpc.enable_retries": 0,
    // A control service that is started again is back in a moment, and gRPC would wait for up to two minutes.
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 1_000,
    "grpc.keepalive_time_ms": 10_000,
    "grpc.keepalive_timeout_ms": 5_000,
    "grpc-node.flow_control_window": 4 * 1024 * 1024,
    ...(serverName !== undefined && { "grpc.ssl_target_name_override": serverName }),
  });
  return {
    publish: (request) => publishRemotely(client, request),
    rollback: (request) => rollBackRemotely(client, request),
    widen: (request) => widenRemotely(client, request),
    rotateKeys: async () => {
      throw new ControlError("control-not-offered", "new keys are not for callers of a control service; rotate with the keys themselves");
    },
    revisions: () => listAll(client),
    show: (selector) => showRemotely(client, selector),
    diff: async (before, after) => {
      const answer = await ask(client, service.diffRevisions, { before: toSelectorMessage(before), after: toSelectorMessage(after) });
      return {
        before: fromRevisionMessage(answer.before, "before"),
        after: fromRevisionMessage(answer.after, "after"),
        difference: fromDifferenceMessage(answer.difference, "difference"),
      };
    },
    rollout: (request) => watchRemotely(client, request),
    timeline: async (selector) => fromTimelineMessage(await ask(client, service.getTimeline, { revision: toSelectorMessage(selector) })),
    fleet: async () => fromFleetMessage(await ask(client, service.getFleet, {})),
    close: () => client.close(),
  };
}

const listedAtOnce = 1_000;

async function listAll(client: Client): Promise<RevisionList> {
  const newest = await ask(client, service.listRevisions, { limit: listedAtOnce, before: undefined });
  let answer = newest;
  let revisions: readonly PublishedRevision[] = toRevisions(answer);
  while (answer.hasMore) {
    answer = await ask(client, service.listRevisions, { limit: listedAtOnce, before: revisions[0]?.token });
    revisions = [...toRevisions(answer), ...revisions];
  }
  return { lineage: newest.lineage, revisions, skipped: newest.skipped.map(fromSkippedMessage), keys: fromKeyMessages(newest.keys) };
}

function toRevisions({ revisions }: { readonly revisions: readonly Parameters<typeof fromRevisionMessage>[0][] }) {
  return revisions.map((revision) => fromRevisionMessage(revision, "revisions"));
}

async function showRemotely(client: Client, selector: RevisionSelector): Promise<RevisionDetail> {
  const request = { revision: toSelectorMessage(selector), includesBundle: true };
  let revision: PublishedRevision | undefined;
  const chunks: Buffer[] = [];
  for await (const { part } of answersOf<GetRevisionResponse>(listen(client, service.getRevision, request))) {
    if (part?.$case === "revision") revision = fromRevisionMessage(part.value, "revision");
    else if (part?.$case === "chunk") chunks.push(part.value);
  }
  if (revision === undefined) throw new InvalidMessageError("revision", "is missing: the stream ended without it");
  return { revision, bundle: await toBundle(Buffer.concat(chunks), revision) };
}

async function toBundle(bytes: Buffer, { manifest }: PublishedRevision): Promise<Bundle> {
  const decoded = await decodeBundle(bytes, manifest.bundle);
  if (decoded.ok) return decoded.bundle;
  throw new InvalidMessageError("chunk", `holds another bundle than the revision's: ${decoded.detail}`);
}

async function* watchRemotely(client: Client, request: RolloutRequest): AsyncGenerator<RolloutStatus> {
  const { revision = "newest", waits = true, timeoutMs = 0, expected = [], gone = [], signal } = request;
  const call = listen(client, service.watchRollout, { revision: toSelectorMessage(revision), isOnce: !waits, timeoutMs, expected, gone });
  const stop = () => call.cancel();
  signal?.addEventListener("abort", stop);
  try {
    for await (const answer of answersOf(call)) yield fromRolloutMessage(answer);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
