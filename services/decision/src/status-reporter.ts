import { randomUUID } from "node:crypto";
import type { FollowClock, ReplicaStatus, RevisionLog } from "@portcullis/policy-bus";
import type { ReplicaReport } from "./replica-report.ts";

export interface StatusReporterOptions {
  readonly log: Pick<RevisionLog, "reportStatus" | "withdrawStatus">;
  readonly clock: FollowClock;
  readonly report: () => ReplicaReport;
  /** Between two reports when nothing changes; a tenth more or less, so that replicas do not report together. Default 5 s. */
  readonly intervalMs?: number;
  readonly onSent: (problem: unknown) => void;
}

/** A lost bus must not hold up the end of a process. */
const withdrawalMs = 1_500;

/** Tells the log what this replica does. */
export interface StatusReporter {
  /** Reports within a tenth of a second if something changed; while a report is under way, after it. */
  changed(): void;
  /** Takes back what was reported, for a replica that answers nothing any more; without the bus it gives up. Never rejects. */
  close(): Promise<void>;
}

/** Replicas that apply a revision at the same time report one after the other, and not while others still apply it. */
const settleMs = { least: 20, most: 100 };

/**
 * One report at a time: while the bus is lost one waits for it, and what changes meanwhile is in the next one. Each start of a process
 * is an instance of its own, whose reports are counted.
 */
export function startStatusReporter(options: StatusReporterOptions): StatusReporter {
  const { log, clock, report, intervalMs = 5_000, onSent } = options;
  const instance = randomUUID();
  let sequence = 0;
  let reported = "";
  let sending: Promise<void> | undefined;
  let isDue = false;
  let isClosed = false;
  let cancelNext = () => {};
  let cancelSettling: (() => void) | undefined;

  function send(): void {
    cancelNext();
    isDue = false;
    sending = sendOne().then(() => {
      sending = undefined;
      if (isClosed) return;
      cancelNext = clock.schedule(intervalMs * (0.9 + Math.random() * 0.2), send);
      if (isDue) changed();
    });
  }

  async function sendOne(): Promise<void> {
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
  }

  function changed(): void {
    if (isClosed) return;
    if (sending !== undefined) isDue = true;
    else cancelSettling ??= clock.schedule(settleMs.least + Math.random() * (settleMs.most - settleMs.least), reportChange);
  }

  function reportChange(): void {
    cancelSettling = undefined;
    if (sending !== undefined) isDue = true;
    else if (signatureOf(report()) !== reported) send();
  }

  async function withdraw(): Promise<void> {
    // A report that is under way must not come after.
    await sending;
    await log.withdrawStatus(report()).catch(onSent);
  }

  send();
  return {
    changed,
    async close() {
      isClosed = true;
      cancelNext();
      cancelSettling?.();
      const { promise: over, resolve } = Promise.withResolvers<void>();
      const cancel = clock.schedule(withdrawalMs, resolve);
      await Promise.race([withdraw(), over]);
      cancel();
    },
  };
}

/** Equal while nothing changed that a reader waits for; the age changes all the time. */
function signatureOf({ stalenessMs: _age, ...rest }: ReplicaReport): string {
  return JSON.stringify(rest);
}
