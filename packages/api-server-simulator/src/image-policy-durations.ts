/** What the `imagePolicy` section of an admission configuration may say; 0 or absent: the default, -1: off. */
export interface ImagePolicyDurations {
  /** Default 300 s; 1 to 1,800. */
  readonly allowTTL?: number;
  /** Default 30 s; 1 to 1,800. */
  readonly denyTTL?: number;
  /** Milliseconds. Default 500; 1 to 300,000. */
  readonly retryBackoff?: number;
}

/** The same, as the plugin uses it. */
export interface NormalDurations {
  readonly allowTtlMs: number;
  readonly denyTtlMs: number;
  readonly retryBackoffMs: number;
}

interface Range {
  readonly name: string;
  readonly unitMs: number;
  readonly max: number;
  readonly default: number;
}

/** Throws a `RangeError` where kube-apiserver would refuse to start. */
export function normalizeDurations({ allowTTL, denyTTL, retryBackoff }: ImagePolicyDurations): NormalDurations {
  return {
    allowTtlMs: normalize(allowTTL, { name: "allow cache", unitMs: 1000, max: 1800, default: 300 }),
    denyTtlMs: normalize(denyTTL, { name: "deny cache", unitMs: 1000, max: 1800, default: 30 }),
    retryBackoffMs: normalize(retryBackoff, { name: "backoff", unitMs: 1, max: 300_000, default: 500 }),
  };
}

function normalize(value = 0, range: Range): number {
  if (value === -1) return 0;
  if (value === 0) return range.default * range.unitMs;
  if (!Number.isInteger(value) || value < 1 || value > range.max) {
    throw new RangeError(`the value of ${range.name} is "${value}": write -1, 0, or an integer from 1 to ${range.max}`);
  }
  return value * range.unitMs;
}
