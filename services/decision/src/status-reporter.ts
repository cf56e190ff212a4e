import { randomUUID } from "node:crypto";
import type { FollowClock, ReplicaStatus, RevisionLog } from "@portcullis/policy-bus";
import type { ReplicaReport } from "./replica-report.ts";

export interface StatusReporterOptions {
  readonly log: Pick<RevisionLog, "reportStatus">;
  readonly clock: FollowClock;
  readonly report: () => ReplicaReport;
  /** Between two reports when nothing changes; a tenth more or less, so that replicas do not report together. Default 5 s. */
  readonly intervalMs?: number;
  readonly onSent: (problem: unknown) => void;
}

/** Tells the log what this replica does. */
export interface StatusReporter {
  /** Reports now if something changed; while a report is under way, after it. */
  changed(): void;
  /** Sends nothing any more. */
  close(): void;
}

/**
 * One report at a time: while the bus is lost one waits for it, and what changes meanwhile is in the next one. Each start of a process
 * is an instance of its own, whose reports are counted.
 */
export function startStatusReporter(options: StatusReporterOptions): StatusReporter {
  const { log, clock, report, intervalMs = 5_000, onSent } = options;
  const instance = randomUUID();
  let sequence = 0;
  let reported = "";
  let isSending = false;
  let isDue = false;
  let isClosed = false;
  let cancelNext = () => {};

  async function send(): Promise<void> {
    cancelNext();
    isSending = true;
    isDue = false;
    const content = report();
    sequence += 1;
    const status: ReplicaStatus = { ...content, instance, sequence, reportedAt: new Date(clock.wallNow()).toISOString() };
    reported = signatureOf(content);
    try {
      await log.reportStatus(status);
      onSent(undefined);
    } catch (problem) {
      onSent(problem);
    }
    isSending = false;
    if (isClosed) return;
    cancelNext = clock.schedule(intervalMs * (0.9 + Math.random() * 0.2), () => void send());
    if (isDue) changed();
  }

  function changed(): void {
    if (isClosed) return;
    if (isSending) isDue = true;
    else if (signatureOf(report()) !== reported) void send();
  }

  void send();
  return {
    changed,
    close() {
      isClosed = true;
      cancelNext();
    },
  };
}

/** Equal while nothing changed that a reader waits for; the age changes all the time. */
function signatureOf({ stalenessMs: _age, ...rest }: ReplicaReport): string {
  return JSON.stringify(rest);
}
