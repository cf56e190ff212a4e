import type { FollowProblem } from "@portcullis/policy-bus";
import type { Telemetry } from "@portcullis/telemetry";
import type { Clock } from "./clock.ts";

/** How often the same problem is written again while it lasts. */
const repeatMs = 60_000;
/** Details may hold what a stranger wrote into the log. */
const maxKinds = 100;

/** Writes what a follower meets: alarms as errors, the rest as warnings, and the same again once a minute at most. */
export function logBusProblems(log: Telemetry["log"], clock: Clock): (problem: FollowProblem) => void {
  const written = new Map<string, number>();
  return ({ code, detail, isAlarm }) => {
    const kind = `${code} ${detail}`;
    const lastMs = written.get(kind);
    if (lastMs !== undefined && clock.now() - lastMs < repeatMs) return;
    if (written.size >= maxKinds) written.clear();
    written.set(kind, clock.now());
    if (isAlarm) log.error({ code, detail }, "policy bus: somebody has to look");
    else log.warn({ code, detail }, "policy bus");
  };
}
