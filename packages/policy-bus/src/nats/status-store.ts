import { decodeReplicaStatus, encodeReplicaStatus } from "../decode-replica-status.ts";
import type { ReplicaName, ReplicaStatus } from "../replica-status.ts";
import { inParallel } from "./in-parallel.ts";
import { askJetStream, fieldsOrThrow, toObject } from "./jetstream-request.ts";
import type { NatsLink } from "./nats-link.ts";
import { readMessage, type StreamReader } from "./stored-message.ts";
import { type StreamPlan, statusSubject } from "./stream-plan.ts";

export interface StatusStore {
  report(status: ReplicaStatus): Promise<void>;
  withdraw(name: ReplicaName): Promise<void>;
  readAll(): Promise<readonly ReplicaStatus[]>;
  listen(listener: (status: ReplicaStatus) => void): () => void;
}

/** One by one, a thousand reports take a thousand times the way to the hub and back. */
const parallelReads = 32;

/** Reports in a stream that keeps the newest of each subject. What stands under the subject of another replica is left out. */
export function createStatusStore(link: NatsLink, plan: StreamPlan, reader: StreamReader): StatusStore {
  const { stream, subjects, news } = plan.status;

  function accept(subject: string, data: Uint8Array): ReplicaStatus | undefined {
    const status = decodeReplicaStatus(data);
    // The subject is what the credentials were allowed to write to; the names inside are only what the writer says.
    return status !== undefined && statusSubject(plan, status.cluster, status.replica) === subject ? status : undefined;
  }

  async function subjectsReported(): Promise<readonly string[]> {
    const found: string[] = [];
    for (;;) {
      const body = { subjects_filter: ">", offset: found.length };
      const answer = await askJetStream(link, { subject: `${reader.api}.STREAM.INFO.${stream}`, body, timeoutMs: reader.timeoutMs });
      const fields = fieldsOrThrow(answer, `reading from stream "${stream}"`);
      const page = Object.keys(toObject(toObject(fields["state"])?.["subjects"]) ?? {});
      found.push(...page);
      // Answers hold up to 100,000 subjects; only those that are cut short name a total.
      if (page.length === 0 || typeof fields["total"] !== "number" || found.length >= fields["total"]) return found;
    }
  }

  async function readOne(subject: string): Promise<ReplicaStatus | undefined> {
    const message = await readMessage(link, stream, { ...reader, query: { lastOf: subject } });
    return message && accept(subject, message.data);
  }

  async function write({ cluster, replica }: ReplicaName, body: Uint8Array): Promise<void> {
    const answer = await askJetStream(link, { subject: statusSubject(plan, cluster, replica), body, timeoutMs: reader.timeoutMs });
    fieldsOrThrow(answer, `writing to stream "${stream}"`);
  }

  return {
    report: (status) => write(status, encodeReplicaStatus(status)),
    // Deleting takes more rights than a replica has; what is empty takes the place of the report, and is none.
    withdraw: (name) => write(name, new Uint8Array()),
    async readAll() {
      const reported = (await subjectsReported()).toSorted();
      const statuses: ReplicaStatus[] = [];
      for await (const status of inParallel({ count: reported.length, atOnce: parallelReads }, (index) => readOne(reported[index] ?? ""))) {
        if (status !== undefined) statuses.push(status);
      }
      return statuses;
    },
    listen(listener) {
      return link.subscribe(`${news}.*.*`, ({ subject, data }) => {
        const status = accept(`${subjects}${subject.slice(news.length)}`, data);
        if (status !== undefined) listener(status);
      });
    },
  };
}
