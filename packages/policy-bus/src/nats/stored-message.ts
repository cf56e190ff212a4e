import { askJetStream, fieldsOrThrow, jetStreamErrors, toObject } from "./jetstream-request.ts";
import type { NatsLink } from "./nats-link.ts";

export interface StoredMessage {
  readonly subject: string;
  readonly sequence: number;
  readonly data: Uint8Array;
}

/** The last message of a subject, or the first from a sequence on. */
export type MessageQuery = { readonly lastOf: string } | { readonly nextOf: string; readonly from: number };

export interface StreamReader {
  /** `$JS.API`, or `$JS.<domain>.API` for the streams of another domain, such as the hub's through a leaf. */
  readonly api: string;
  readonly timeoutMs: number;
}

/** Reads one message. Only the stream's leader answers this request; a direct read may be answered by any copy, from its past. */
export async function readMessage(
  link: NatsLink,
  stream: string,
  { query, api, timeoutMs }: StreamReader & { readonly query: MessageQuery },
): Promise<StoredMessage | undefined> {
  const body = "lastOf" in query ? { last_by_subj: query.lastOf } : { next_by_subj: query.nextOf, seq: query.from };
  const answer = await askJetStream(link, { subject: `${api}.STREAM.MSG.GET.${stream}`, body, timeoutMs });
  if (!answer.ok && answer.code === jetStreamErrors.messageNotFound) return undefined;
  const message = toObject(fieldsOrThrow(answer, `reading from stream "${stream}"`)["message"]) ?? {};
  const { seq: sequence, subject, data } = message;
  if (typeof sequence !== "number" || typeof subject !== "string") return undefined;
  // Absent where the message is empty.
  return { subject, sequence, data: new Uint8Array(Buffer.from(typeof data === "string" ? data : "", "base64")) };
}
