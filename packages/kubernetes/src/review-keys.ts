/**
 * Member names that decide what a review asks about. A second one in the same object is refused: Go's decoder takes
 * the last, others take the first, and whoever hides an image behind that difference must not get an answer.
 */
export const reviewKeys = [
  "annotations",
  "apiVersion",
  "containers",
  "dryRun",
  "ephemeralContainers",
  "generateName",
  "group",
  "image",
  "initContainers",
  "items",
  "jobTemplate",
  "kind",
  "managedFields",
  "metadata",
  "name",
  "namespace",
  "object",
  "oldObject",
  "operation",
  "reference",
  "request",
  "spec",
  "status",
  "subResource",
  "template",
  "uid",
  "version",
  "volumes",
] as const;
export type ReviewKey = (typeof reviewKeys)[number];

interface KnownKey {
  readonly key: ReviewKey;
  readonly bytes: Uint8Array;
  /** One bit per key: an object remembers in one integer which of them it has had. */
  readonly bit: number;
}

const knownKeys: readonly KnownKey[] = reviewKeys.map((key, index) => ({ key, bytes: Buffer.from(key), bit: 1 << index }));
const byText = new Map<string, KnownKey>(knownKeys.map((known) => [known.key, known]));

const longestKey = Math.max(...reviewKeys.map((key) => key.length));
/** Candidates by length and first byte. At most two keys share a slot, so most names are told apart by one look. */
const slots: readonly (readonly KnownKey[] | undefined)[] = buildSlots();

function buildSlots(): (readonly KnownKey[] | undefined)[] {
  const built = new Array<readonly KnownKey[] | undefined>((longestKey + 1) * 128).fill(undefined);
  for (const known of knownKeys) {
    const slot = known.key.length * 128 + known.key.charCodeAt(0);
    built[slot] = [...(built[slot] ?? []), known];
  }
  return built;
}

/** The known key whose spelling is exactly `bytes[start..end)`; `undefined` for every other name. */
export function findReviewKey(bytes: Uint8Array, start: number, end: number): KnownKey | undefined {
  const length = end - start;
  const first = bytes[start] ?? 0;
  if (length > longestKey || length === 0 || first > 127) return undefined;
  const candidates = slots[length * 128 + first];
  if (candidates === undefined) return undefined;
  for (const known of candidates) if (hasBytesAt(known.bytes, bytes, start)) return known;
  return undefined;
}

/** The same for a name that was written with escapes: `"\u0069mage"` is `image`. */
export function findDecodedReviewKey(text: string): KnownKey | undefined {
  return byText.get(text);
}

function hasBytesAt(expected: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let index = 1; index < expected.length; index++) if (expected[index] !== bytes[start + index]) return false;
  return true;
}
