export const listKinds = ["exact", "path-prefix", "wildcard-host", "digest"] as const;
export type ListKind = (typeof listKinds)[number];

const wordCount = 997;

/** Entry `i` of a list of one kind, as its author writes it. No two entries of a kind are alike. */
export function patternAt(kind: ListKind, i: number): string {
  switch (kind) {
    case "exact":
      return `registry-${i % wordCount}.example/team-${i % 31}/app-${i}`;
    case "path-prefix":
      return `registry-${i % wordCount}.example/team-${i}/**`;
    case "wildcard-host":
      return `*.team-${i}.example/**`;
    case "digest":
      return `registry-${i % wordCount}.example/team-${i % 31}/app@sha256:${digestAt(i)}`;
  }
}

/** An image that entry `i` matches. */
function imageAt(kind: ListKind, i: number): string {
  switch (kind) {
    case "exact":
      return `${patternAt(kind, i)}:1.25.3`;
    case "path-prefix":
      return `registry-${i % wordCount}.example/team-${i}/shop/api:1.25.3`;
    case "wildcard-host":
      return `eu-1.team-${i}.example/shop/api:1.25.3`;
    case "digest":
      return `registry-${i % wordCount}.example/team-${i % 31}/app:1.25.3@sha256:${digestAt(i)}`;
  }
}

/** Images to look up, half of them in the list and half just beside it, in no order. */
export function imagesFor(kind: ListKind, size: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => imageAt(kind, n % 2 === 0 ? spread(n, size) : size + spread(n, size)));
}

// Walks over 0 … size-1 with a stride of about its golden section, so that neighbours in time are no neighbours in the list.
function spread(n: number, size: number): number {
  return Math.floor(((n * 0.618_033_988_749_895) % 1) * size);
}

function digestAt(i: number): string {
  let text = "";
  for (let part = 0; part < 8; part++) {
    text += (Math.imul(i + part + 1, 2_654_435_761) >>> 0).toString(16).padStart(8, "0");
  }
  return text;
}
