import type { Decision } from "@portcullis/policy";

/** A decision and until when it may be repeated, in milliseconds of the monotonic clock. */
export interface Judgement {
  readonly decision: Decision;
  readonly repeatableUntilMs: number;
}
