import { rolloutOf } from "@portcullis/policy-bus";
import type { AdministrationContext } from "./administration-context.ts";
import { observeRollout } from "./observe-rollout.ts";
import type { RolloutRequest } from "./policy-administration.ts";
import { type RolloutEnd, type RolloutStatus, toRolloutStatus } from "./rollout-status.ts";
import { selectRevision } from "./select-revision.ts";

/** As `PolicyAdministration.rollout`. Listens to the log until the iteration ends, also where it is broken off. */
export async function* followRollout(context: AdministrationContext, request: RolloutRequest): AsyncGenerator<RolloutStatus> {
  const { read, clock } = context;
  const { revision: selector = "newest", waits = true, timeoutMs = Number.POSITIVE_INFINITY, signal } = request;
  const deadlineMs = clock.now() + timeoutMs;
  const revision = selectRevision(await read(), selector);
  const observer = await observeRollout(context, revision, request);
  try {
    let shown = "";
    while (signal?.aborted !== true) {
      const nowMs = clock.now();
      const view = rolloutOf(observer.rollout(), nowMs);
      const end = waits ? endOf(view.outcome, nowMs >= deadlineMs) : null;
      const summary = JSON.stringify([end, view], withoutReports);
      if (summary !== shown) yield toRolloutStatus(view, { revision, end, clock });
      if (end !== null || !waits) return;
      shown = summary;
      await observer.change(Math.max(0, deadlineMs - clock.now()));
    }
  } finally {
    observer.close();
  }
}

function endOf(outcome: RolloutStatus["outcome"], isLate: boolean): RolloutEnd | null {
  if (outcome !== "pending") return outcome;
  return isLate ? "timed-out" : null;
}

/** A replica that reports the same again is no news. */
function withoutReports(key: string, value: unknown): unknown {
  return key === "status" ? undefined : value;
}
