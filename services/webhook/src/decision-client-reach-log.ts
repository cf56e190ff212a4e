import { type StatusObject, status } from "@grpc/grpc-js";
import type { Telemetry } from "@portcullis/telemetry";

/** Says whether one address can be asked, once per change. */
export interface ReachLog {
  /** A stream stands. */
  opened(): void;
  /** The stream that was asked is over, and `lost` questions with it. */
  ended(why: StatusObject, lost: number): void;
  /** The stream that stands is not counted on: nothing is said of it. */
  cancel(): void;
}

/**
 * A stream that ends sooner than `steadyMs` changes nothing: to a service that drains, and has no other beside it, seven of them are
 * opened within two seconds.
 */
export function createReachLog(log: Telemetry["log"], address: string, steadyMs: number): ReachLog {
  let isSaidLost = false;
  let timer: NodeJS.Timeout | undefined;

  function sayReached(): void {
    if (isSaidLost) log.info({ address }, "decision service can be asked again");
    isSaidLost = false;
  }

  return {
    opened() {
      clearTimeout(timer);
      timer = setTimeout(sayReached, steadyMs).unref();
    },
    ended({ code, details }, lost) {
      clearTimeout(timer);
      if (isSaidLost) return;
      isSaidLost = true;
      if (code === status.OK) log.info({ address }, "decision stream ended");
      else log.warn({ address, lost, status: status[code], details }, "decision stream lost");
    },
    cancel: () => clearTimeout(timer),
  };
}
