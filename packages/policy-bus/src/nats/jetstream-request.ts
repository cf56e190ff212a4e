import { setTimeout as pause } from "node:timers/promises";
import { PermissionViolationError, RequestError } from "@nats-io/transport-node";
import { RevisionLogError } from "../revision-log-error.ts";
import type { NatsLink } from "./nats-link.ts";

/** Error numbers of the JetStream API that mean something here; from `errors.json` of nats-server. */
export const jetStreamErrors = {
  messageNotFound: 10037,
  notEnabledForAccount: 10039,
  messageTooLarge: 10054,
  streamNotFound: 10059,
  wrongLastSequence: 10071,
  replicasNotClustered: 10074,
  notEnabled: 10076,
  wrongLastSequenceConstant: 10164,
} as const;

/** What the API answered: the fields of its JSON, or its error. */
export type JetStreamAnswer =
  | { readonly ok: true; readonly fields: JsonObject }
  | { readonly ok: false; readonly status: number; readonly code: number; readonly description: string };

export type JsonObject = Readonly<Record<string, unknown>>;

export interface JetStreamRequest {
  readonly subject: string;
  /** JSON, or bytes to be stored. */
  readonly body?: JsonObject | Uint8Array;
  readonly timeoutMs: number;
}

const attemptMs = 1_500;
const retryMs = 100;

/**
 * Asks the JetStream API, and asks again while a leader is elected: then nobody answers, or the answer is 503. Rejects with
 * `bus-unavailable` after `timeoutMs`, with `bus-rejected` for want of rights. Only for requests that may be repeated.
 */
export async function askJetStream(link: NatsLink, { subject, body, timeoutMs }: JetStreamRequest): Promise<JetStreamAnswer> {
  const payload = body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body);
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const connection = await link.connection(deadlineMs);
    let problem: unknown;
    try {
      const timeout = Math.max(1, Math.min(attemptMs, deadlineMs - performance.now()));
      const answer = toAnswer((await connection.request(subject, payload, { timeout })).data);
      if (answer.ok || !isTransient(answer)) return answer;
      problem = new Error(answer.description);
    } catch (error) {
      assertPermitted(error, subject, link.isRefused(subject));
      problem = error;
    }
    if (performance.now() + retryMs >= deadlineMs) {
      throw new RevisionLogError("bus-unavailable", `no answer to "${subject}" within ${timeoutMs} ms; it is worth trying again`, {
        cause: problem,
      });
    }
    await pause(retryMs);
  }
}

/** Fields and error of an answer; an answer that is no JSON object is an error of status 500. */
export function toAnswer(data: Uint8Array): JetStreamAnswer {
  const fields = parseObject(data);
  if (fields === undefined) return { ok: false, status: 500, code: 0, description: "the answer is no JSON object" };
  if (fields["error"] === undefined) return { ok: true, fields };
  const error = toObject(fields["error"]) ?? {};
  return {
    ok: false,
    status: numberOr(error["code"], 500),
    code: numberOr(error["err_code"], 0),
    description: String(error["description"]),
  };
}

/** The fields, or `bus-not-set-up` where the stream is not there, or `bus-rejected`. */
export function fieldsOrThrow(answer: JetStreamAnswer, what: string): JsonObject {
  if (answer.ok) return answer.fields;
  if (answer.code === jetStreamErrors.streamNotFound) {
    throw new RevisionLogError("bus-not-set-up", `there is no stream for ${what}; create it with \`portcullis bus setup\``);
  }
  throw new RevisionLogError("bus-rejected", `the server refuses ${what}: ${answer.description} (${answer.code})`);
}

/** Throws `bus-rejected` when the error says that these credentials may not send there, or the server has said so. */
export function assertPermitted(error: unknown, subject: string, isRefused = false): void {
  const cause = error instanceof RequestError ? error.cause : error;
  if (cause instanceof PermissionViolationError || isRefused) {
    throw new RevisionLogError("bus-rejected", `these credentials have no right to send to "${subject}"`, { cause });
  }
}

/** Nobody was there to take the message, so that it was certainly not stored. */
export function isNobodyThere(error: unknown): boolean {
  return error instanceof RequestError && error.isNoResponders();
}

export function toObject(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : undefined;
}

function parseObject(data: Uint8Array): JsonObject | undefined {
  try {
    return toObject(JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("utf8")));
  } catch {
    return undefined;
  }
}

// A stream asked for in three copies of a single server is refused with 500, and always will be.
function isTransient({ status, code }: { readonly status: number; readonly code: number }): boolean {
  return status >= 500 && code !== jetStreamErrors.replicasNotClustered;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
