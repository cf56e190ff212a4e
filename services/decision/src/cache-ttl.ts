import type { VerdictBounds } from "./generation.ts";

/** How long verdicts may be repeated, as in a kube-apiserver's ImagePolicyWebhook: 0 is the default, -1 turns the cache off. */
export interface CacheOptions extends VerdictBounds {
  readonly allowTtlSeconds: number;
  readonly denyTtlSeconds: number;
}

/** `defaultAllowTTL` and `defaultDenyTTL` of kube-apiserver, plugin/pkg/admission/imagepolicy. */
export const defaultAllowTtlSeconds = 300;
export const defaultDenyTtlSeconds = 30;
/** `maxAllowTTL` and `maxDenyTTL` there: 30 minutes. */
export const maxTtlSeconds = 1_800;

/** Milliseconds a verdict may be repeated; 0: not at all. */
export interface CacheTtls {
  readonly allowMs: number;
  readonly denyMs: number;
}

/** Throws `RangeError` for what is neither -1, 0 nor whole seconds up to 1,800. */
export function toCacheTtls({ allowTtlSeconds, denyTtlSeconds }: Pick<CacheOptions, "allowTtlSeconds" | "denyTtlSeconds">): CacheTtls {
  return {
    allowMs: toTtlMs(allowTtlSeconds, defaultAllowTtlSeconds),
    denyMs: toTtlMs(denyTtlSeconds, defaultDenyTtlSeconds),
  };
}

function toTtlMs(seconds: number, defaultSeconds: number): number {
  if (!Number.isInteger(seconds) || seconds < -1 || seconds > maxTtlSeconds) {
    throw new RangeError(`a cache TTL of ${seconds} is not possible: write -1 (off), 0 (default) or 1 to ${maxTtlSeconds} seconds`);
  }
  if (seconds === -1) return 0;
  return (seconds === 0 ? defaultSeconds : seconds) * 1_000;
}
