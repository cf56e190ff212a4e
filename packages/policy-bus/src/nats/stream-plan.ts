import { RevisionLogError } from "../revision-log-error.ts";

/** A stream as the JetStream API takes it; durations in nanoseconds. */
export type StreamOptions = Readonly<Record<string, unknown>> & { readonly name: string };

/** Names of everything that one set of policies has on the servers. */
export interface StreamPlan {
  readonly policy: { readonly stream: string; readonly subject: string; readonly news: string };
  readonly bundles: { readonly stream: string; readonly subjects: string };
  /** What stands in the stream is sent on below `news`: a report that came from another account reaches no other one by itself. */
  readonly status: { readonly stream: string; readonly subjects: string; readonly news: string };
}

/** How long the newest report of a silent replica is kept: proofs by time need to know whom they are about. */
const statusAgeMs = 24 * 60 * 60 * 1_000;
/**
 * A cluster can report as many replicas as it likes: what its reports may fill is bounded, so that none can keep policy from being
 * published. Some 100,000 replicas fit in; beyond it, a replica that never reported cannot begin to, and a rollout does not wait for
 * it unless it is told to expect it.
 */
const maxStatusBytes = 256 * 1024 * 1024;
const maxReportBytes = 64 * 1024;
/** How long a repeated message id writes nothing. */
const duplicateWindowMs = 60 * 60 * 1_000;

/** The names for a policy set, which is written in lower-case letters, digits and dashes: it is part of streams and subjects. */
export function planStreams(policySet: string): StreamPlan {
  if (!/^[a-z0-9-]{1,64}$/.test(policySet)) {
    throw new RevisionLogError("bus-name-invalid", `policy set "${policySet}": use up to 64 lower-case letters, digits and dashes`);
  }
  return {
    policy: {
      stream: `PORTCULLIS_POLICY_${policySet}`,
      subject: `portcullis.policy.${policySet}`,
      news: `portcullis.news.${policySet}`,
    },
    bundles: { stream: `PORTCULLIS_BUNDLES_${policySet}`, subjects: `portcullis.bundles.${policySet}` },
    status: {
      stream: `PORTCULLIS_STATUS_${policySet}`,
      subjects: `portcullis.status.${policySet}`,
      news: `portcullis.reports.${policySet}`,
    },
  };
}

/** A name as one token of a subject: what is no letter, digit, dash or underscore is written as `%` and hexadecimal UTF-8. */
export function toSubjectToken(name: string): string {
  return [...Buffer.from(name)]
    .map((byte) => String.fromCharCode(byte))
    .map((char) => (/[A-Za-z0-9_-]/.test(char) ? char : `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`))
    .join("");
}

/** Where a replica reports: the rights of a cluster end at its own token. */
export function statusSubject(plan: StreamPlan, cluster: string, replica: string): string {
  return `${plan.status.subjects}.${toSubjectToken(cluster)}.${toSubjectToken(replica)}`;
}

/** The streams of a plan as they are asked for, and compared with afterwards. */
export function streamsOf(plan: StreamPlan, replicas: number): readonly StreamOptions[] {
  const kept = { storage: "file", num_replicas: replicas, discard: "old", allow_direct: false, deny_delete: true };
  return [
    {
      ...kept,
      name: plan.policy.stream,
      subjects: [plan.policy.subject],
      deny_purge: true,
      duplicate_window: toNanoseconds(duplicateWindowMs),
      republish: { src: plan.policy.subject, dest: plan.policy.news },
    },
    // One message per subject: putting a chunk again replaces it, so that a damaged one can be healed.
    { ...kept, name: plan.bundles.stream, subjects: [`${plan.bundles.subjects}.*.*`], max_msgs_per_subject: 1 },
    {
      ...kept,
      name: plan.status.stream,
      subjects: [`${plan.status.subjects}.*.*`],
      max_msgs_per_subject: 1,
      max_age: toNanoseconds(statusAgeMs),
      max_bytes: maxStatusBytes,
      max_msg_size: maxReportBytes,
      discard: "new",
      republish: { src: `${plan.status.subjects}.>`, dest: `${plan.status.news}.>` },
    },
  ];
}

function toNanoseconds(ms: number): number {
  return ms * 1_000_000;
}
