/** Says which things are seen for the first time, in bounded memory: what was seen longest ago is forgotten first. */
export interface FirstSightings {
  /** True when `key` was not seen within the last `forgetAfterMs`. */
  isFirst(key: string, nowMs: number): boolean;
}

/** Remembers at most `maxKeys` keys, each for `forgetAfterMs`. */
export function createFirstSightings({
  maxKeys,
  forgetAfterMs,
}: {
  readonly maxKeys: number;
  readonly forgetAfterMs: number;
}): FirstSightings {
  const seenAt = new Map<string, number>();
  return {
    isFirst(key, nowMs) {
      const before = seenAt.get(key);
      if (before !== undefined && nowMs - before < forgetAfterMs) return false;
      seenAt.delete(key);
      seenAt.set(key, nowMs);
      if (seenAt.size > maxKeys) seenAt.delete(seenAt.keys().next().value ?? "");
      return true;
    },
  };
}
