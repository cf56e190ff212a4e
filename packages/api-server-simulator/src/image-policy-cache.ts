import type { ImageReviewSpec, ImageReviewStatus } from "./image-review.ts";

/** Entries of the cache in one API server; not configurable there. */
export const imagePolicyCacheSize = 1024;

export interface ImagePolicyCacheOptions {
  /** How long an allow is repeated; 0: not at all. */
  readonly allowTtlMs: number;
  /** How long a deny is repeated; 0: not at all. */
  readonly denyTtlMs: number;
  readonly clock: { now(): number };
  /** Default 1,024. */
  readonly maxEntries?: number;
}

/** The verdicts one API server repeats without asking again. Nothing can purge it. */
export interface ImagePolicyCache {
  /** The status that was stored for an equal spec, until its time has passed. */
  get(spec: ImageReviewSpec): ImageReviewStatus | undefined;
  /** Keeps a status, and forgets the entry that was used least recently when there are too many. */
  add(spec: ImageReviewSpec, status: ImageReviewStatus): void;
  readonly size: number;
}

interface Entry {
  readonly status: ImageReviewStatus;
  readonly expiresMs: number;
}

/**
 * The cache of the ImagePolicyWebhook plugin: least recently used, keyed by the JSON of `spec`. An entry lives up to
 * and including its last moment; expired ones keep their place until they are asked for. A time of 0 still takes a
 * place. Read from `plugin/pkg/admission/imagepolicy/admission.go` and `LRUExpireCache` of Kubernetes.
 */
export function createImagePolicyCache(options: ImagePolicyCacheOptions): ImagePolicyCache {
  const { allowTtlMs, denyTtlMs, clock, maxEntries = imagePolicyCacheSize } = options;
  // A Map keeps the order of insertion: its first entry is the one used least recently.
  const entries = new Map<string, Entry>();

  function use(key: string, entry: Entry): void {
    entries.delete(key);
    entries.set(key, entry);
  }

  return {
    get(spec) {
      const key = cacheKey(spec);
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      use(key, entry);
      if (clock.now() <= entry.expiresMs) return entry.status;
      entries.delete(key);
      return undefined;
    },
    add(spec, status) {
      const ttlMs = status.allowed ? allowTtlMs : denyTtlMs;
      // There the clock has moved on by the time anyone asks; a clock that tests hold still has not.
      const expiresMs = ttlMs === 0 ? Number.NEGATIVE_INFINITY : clock.now() + ttlMs;
      use(cacheKey(spec), { status, expiresMs });
      const [oldest] = entries.keys();
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
    },
    get size() {
      return entries.size;
    },
  };
}

/** Go writes maps with sorted keys and leaves out what is empty, so equal specs have equal keys. */
function cacheKey({ containers = [], annotations = {}, namespace = "" }: ImageReviewSpec): string {
  const sorted = Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([containers.map(({ image = "" }) => image), sorted, namespace]);
}
