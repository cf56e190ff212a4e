import { setTimeout as pause } from "node:timers/promises";
import { headers, type MsgHdrs, type NatsConnection } from "@nats-io/transport-node";
import type { AppendOptions, AppendOutcome } from "../revision-log.ts";
import { RevisionLogError } from "../revision-log-error.ts";
import { assertPermitted, isNobodyThere, jetStreamErrors, toAnswer } from "./jetstream-request.ts";
import type { NatsLink } from "./nats-link.ts";
import { readMessage, type StreamReader } from "./stored-message.ts";
import type { StreamPlan } from "./stream-plan.ts";

export interface AppendRequest extends AppendOptions, StreamReader {
  readonly frame: Uint8Array;
}

/** Nobody took it: it may be sent again. */
interface NotTaken {
  readonly outcome: "not-taken";
  readonly cause: unknown;
}

const retryMs = 100;

/**
 * Publishes an entry that the server writes only if the last sequence of the whole stream is the expected one: the compare-and-set
 * per subject forks with three replicas on servers before 2.9.21. Sends again while nobody is there to take it, never after that.
 */
export async function appendEntry(link: NatsLink, plan: StreamPlan, request: AppendRequest): Promise<AppendOutcome> {
  const deadlineMs = performance.now() + request.timeoutMs;
  for (;;) {
    const connection = await connectionOrProblem(link, deadlineMs);
    if ("outcome" in connection) return connection;
    const sent = await send(connection, plan, { ...request, timeoutMs: Math.max(1, deadlineMs - performance.now()) });
    if (sent.outcome === "conflict") return (await findOwnEntry(link, plan, request)) ?? sent;
    if (sent.outcome !== "not-taken") return sent;
    if (performance.now() + retryMs >= deadlineMs) return { outcome: "unavailable", cause: sent.cause };
    await pause(retryMs);
  }
}

/**
 * Behind the expected head the entry itself may stand, from an earlier try: newer servers compare the sequence before the message
 * id, older ones the other way round.
 */
async function findOwnEntry(link: NatsLink, { policy }: StreamPlan, request: AppendRequest): Promise<AppendOutcome | undefined> {
  const query = { nextOf: policy.subject, from: request.expectedPosition + 1 };
  try {
    const found = await readMessage(link, policy.stream, { ...request, query });
    return found !== undefined && Buffer.compare(found.data, request.frame) === 0
      ? { outcome: "appended", position: found.sequence }
      : undefined;
  } catch (cause) {
    return { outcome: "unknown", cause };
  }
}

async function connectionOrProblem(link: NatsLink, deadlineMs: number): Promise<NatsConnection | AppendOutcome> {
  try {
    return await link.connection(deadlineMs);
  } catch (cause) {
    if (cause instanceof RevisionLogError && cause.code === "bus-unavailable") return { outcome: "unavailable", cause };
    throw cause;
  }
}

async function send(connection: NatsConnection, { policy }: StreamPlan, request: AppendRequest): Promise<AppendOutcome | NotTaken> {
  const { frame, timeoutMs } = request;
  const maxBytes = (connection.info?.max_payload ?? 1024 * 1024) - headerBytes;
  if (frame.byteLength > maxBytes) {
    throw new RevisionLogError("bus-entry-too-large", `an entry of ${frame.byteLength} bytes is larger than the server's ${maxBytes}`);
  }
  try {
    const answer = await connection.request(policy.subject, frame, { headers: toHeaders(request, policy.stream), timeout: timeoutMs });
    return readAnswer(answer.data);
  } catch (cause) {
    if (cause instanceof RevisionLogError) throw cause;
    assertPermitted(cause, policy.subject);
    return { outcome: isNobodyThere(cause) ? "not-taken" : "unknown", cause };
  }
}

/** The headers count towards the largest payload. */
const headerBytes = 1024;

function toHeaders({ expectedPosition, messageId }: AppendOptions, stream: string): MsgHdrs {
  const fields = headers();
  fields.set("Nats-Expected-Last-Sequence", String(expectedPosition));
  fields.set("Nats-Expected-Stream", stream);
  fields.set("Nats-Msg-Id", messageId);
  return fields;
}

function readAnswer(data: Uint8Array): AppendOutcome | NotTaken {
  const answer = toAnswer(data);
  if (answer.ok) {
    const position = answer.fields["seq"];
    if (typeof position === "number") return { outcome: "appended", position };
    return { outcome: "unknown", cause: new Error("the acknowledgement names no sequence") };
  }
  const cause = new Error(`${answer.description} (${answer.code})`);
  switch (answer.code) {
    case jetStreamErrors.wrongLastSequence:
    case jetStreamErrors.wrongLastSequenceConstant:
      return { outcome: "conflict" };
    case jetStreamErrors.notEnabled:
    case jetStreamErrors.notEnabledForAccount:
      return { outcome: "not-taken", cause };
    case jetStreamErrors.messageTooLarge:
      throw new RevisionLogError("bus-entry-too-large", `the stream refuses the entry: ${answer.description}`, { cause });
    default:
      // Some are raised after a follower may have stored it, or while the same id is still on its way.
      return { outcome: "unknown", cause };
  }
}
