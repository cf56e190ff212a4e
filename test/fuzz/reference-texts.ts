import fc from "fast-check";

const hex = "0123456789abcdef".repeat(8);
const digests = [`sha256:${hex.slice(64)}`, `sha384:${hex.slice(32)}`, `sha512:${hex}`];

/** Texts that sit beside a border of the grammar; the generator mends and breaks them further. */
export const referenceCorpus: readonly string[] = [
  ...["nginx", "library/nginx", "docker.io/nginx", "docker.io/library/nginx", "docker.io/docker.io/x", "docker.io/docker.io/nginx:1"],
  ...["index.docker.io/nginx", "INDEX.docker.io/nginx", "Docker.io/nginx", "index.docker.io/docker.io/x", "registry-1.docker.io/nginx"],
  ...["docker.io./nginx", "docker.io:443/nginx", "localhost/a", "localhost", "LOCALHOST/a", "localhost:5000/a:b", "localhost.:80/a"],
  ...["Foo/bar", "foo/Bar", "my_registry.io/app", "a_b:5000/c", "-a.b/c", "a..b/c", "a.b:/c", "a.b:00443/c", ":5000/a", "a:b:c/d"],
  ...["[::1]/a", "[::1]:5000/a", "[2001:DB8::1]/A", "[fe80::1%eth0]/a", "[]/a", "[::ffff:1.2.3.4]/a", "::1/a", "[::1]", "[abc/d"],
  ...["xn--n3h.com/a", "a.b/c__d", "a.b/c___d", "a.b/c-_d", "a.b/c.-d", "a.b/c----d", "a.b/.c", "a.b/c.", "a.b/../c", "a.b//c", "/a", "a/"],
  ...[
    "user@a.b/c",
    "user:pass@a.b/c",
    "https://a.b/c",
    "a.b/c?d",
    "a.b/c#d",
    "a.b/%63",
    "a b/c",
    "a.b/c\n",
    "\u0000a",
    "a.b/\u0456",
    "ß/a",
  ],
  ...["a:_", "a:-", "a:.", "a:b+c", `a:${"t".repeat(128)}`, `a:${"t".repeat(129)}`, "a:b:c", "a@", "a:@", ":", "@", "", "a:b@c"],
  ...[`a.b/${"x".repeat(255)}`, `a.b/${"x".repeat(256)}`, "x".repeat(247), "x".repeat(248), `${"h".repeat(300)}.io/a`],
  ...[
    hex.slice(64),
    hex.slice(63),
    hex.slice(65),
    hex,
    `sha256:${hex.slice(63)}`,
    `sha256:${hex.slice(65)}`,
    "sha256:abc",
    `${hex.slice(64)}:t`,
  ],
  ...digests,
  ...digests.flatMap((digest) => [
    `a@${digest}`,
    `a.b:1/c:d@${digest}`,
    `a@${digest}:e`,
    `a@${digest.toUpperCase()}`,
    `a@${digest}@${digest}`,
  ]),
  ...[`a@sha256+b64:${hex.slice(64)}`, `a@md5:${hex.slice(96)}`, `a@sha256:${hex.slice(65)}`, `a@sha256:${hex.slice(65)}g`, "a@sha256:"],
];

const pieces = fc.constantFrom(
  ...[..."abzAZ019._-/:@[]*+ %~", "//", "__", "--", "..", "::", "\t", "\u00e9", "\u0130", "\u212a", "\u017f", "\ud800", "😀"],
  ...["docker.io", "index.docker.io", "localhost", "library/", "sha256:", "sha512:", hex.slice(64), hex, ":443", "[::1]", "latest"],
);

const word = fc.string({ unit: fc.constantFrom(..."abc019"), minLength: 1, maxLength: 4 });
const label = fc.oneof(
  { weight: 5, arbitrary: word },
  fc.string({ unit: fc.constantFrom(..."aB0-"), minLength: 1, maxLength: 4 }),
  fc.constantFrom("io", "example", "localhost", "xn--n3h"),
);
const port = fc.constantFrom("", "", ":1", ":443", ":0080", ":");
const host = fc.oneof(
  fc.tuple(fc.array(label, { minLength: 1, maxLength: 3 }), port).map(([labels, end]) => `${labels.join(".")}${end}/`),
  fc.constantFrom("", "", "docker.io/", "index.docker.io/", "Docker.io/", "localhost/", "[::1]/", "[A:b]:5000/", "my_host.io/"),
);
const component = fc.oneof(
  { weight: 6, arbitrary: word },
  { weight: 3, arbitrary: fc.tuple(word, fc.constantFrom(".", "_", "__", "-", "---"), word).map((parts) => parts.join("")) },
  fc.string({ unit: fc.constantFrom(..."ab0._-"), minLength: 1, maxLength: 5 }),
  fc.constantFrom("library", "nginx", "docker.io", "sha256", "x".repeat(120), "x".repeat(127)),
);
const tag = fc.oneof(
  fc.constant(""),
  fc.string({ unit: fc.constantFrom(..."aaAA11_.-"), maxLength: 4 }).map((text) => `:${text}`),
);
const digest = fc.constantFrom("", "", "", ...digests.map((text) => `@${text}`), `@sha256:${hex}`, "@sha256:abc");
const built = fc
  .tuple(host, fc.array(component, { minLength: 1, maxLength: 3 }), tag, digest)
  .map(([start, components, ...tail]) => `${start}${components.join("/")}${tail.join("")}`);

/** One change: `count` characters at a place given as a fraction of the length make room for a piece. */
const edit = fc.record({ place: fc.nat(1000), count: fc.constantFrom(0, 0, 1, 1, 2, 8), piece: fc.oneof(pieces, fc.constant("")) });

const mutated = fc
  .tuple(fc.oneof(fc.constantFrom(...referenceCorpus), built), fc.array(edit, { minLength: 1, maxLength: 3 }))
  .map(([text, edits]) =>
    edits.reduce((changed, { place, count, piece }) => {
      const at = Math.floor((place / 1001) * (changed.length + 1));
      return `${changed.slice(0, at)}${piece}${changed.slice(at + count)}`;
    }, text),
  );

const arbitrary = fc.oneof(
  { weight: 6, arbitrary: built },
  { weight: 5, arbitrary: mutated },
  { weight: 2, arbitrary: fc.array(pieces, { maxLength: 12 }).map((found) => found.join("")) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
);

/** `count` texts, the same for the same seed. */
export function referenceTexts(seed: number, count: number): readonly string[] {
  return fc.sample(arbitrary, { seed, numRuns: count });
}
