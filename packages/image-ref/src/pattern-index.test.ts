import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ImageReference, isReferenceProblem } from "./image-reference.ts";
import { matchesReference } from "./match-reference.ts";
import { parseImageReference } from "./parse-image-reference.ts";
import { parseReferencePattern } from "./parse-reference-pattern.ts";
import { createPatternIndexBuilder, type PatternIndex, patternIndexFromParts } from "./pattern-index.ts";
import { buffersOfPatternIndex } from "./pattern-index-parts.ts";
import { formatReferencePattern, isPatternProblem, type ReferencePattern } from "./reference-pattern.ts";

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

/** Few words, so that patterns and references meet often. */
const word = fc.constantFrom("a", "b", "ab", "abab", "a-b", "library", "a.b");
const glob = fc.constantFrom("*", "a*", "*b", "a*b", "*a*", "a*b*", "*-*");
const host = fc.constantFrom(
  "",
  "docker.io/",
  "DOCKER.IO/",
  "index.docker.io/",
  "INDEX.docker.io/",
  "registry-1.docker.io/",
  "registry.hub.docker.com:443/",
  "a.b/",
  "a.b:443/",
  "a.b:0443/",
  "a.b:80/",
  "a.b:5000/",
  "a.b:05000/",
  "ab.a.b/",
  "A/",
  "localhost/",
  "[::1]/",
  "[0:0::1]:443/",
  "10.0.0.1/",
);
const hostGlob = fc.constantFrom(
  "*.a.b/",
  "a*.b/",
  "*.docker.io/",
  "*docker.io/",
  "*.*.docker.com/",
  "r*-1.docker.io/",
  "*.b:443/",
  "10.*.0.1/",
  "A*/",
  "*a*b*.a.b/",
);
const path = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const tag = fc.constantFrom("", "", ":a", ":b", ":1.25.1", ":latest");
const tagGlob = fc.constantFrom(":*", ":a*", ":1.*.1", ":l*t*", ":*a*t*");
const digests = fc.constantFrom("", "", `@${digest("a")}`, `@${digest("b")}`);

const referenceText = fc.tuple(host, path(word), tag, digests).map((parts) => parts.join(""));
const patternText = fc
  .tuple(
    fc.oneof(host, hostGlob, fc.constant("**/")),
    path(fc.oneof(word, glob)),
    fc.constantFrom("", "/**"),
    fc.oneof(tag, tagGlob, digests),
  )
  .map((parts) => parts.join(""));
const edgePatterns = fc.constantFrom(
  "**",
  "a.b/**",
  "**:latest",
  `**@${digest("a")}`,
  "docker.io/**",
  "registry-1.docker.io/**:a",
  "*.docker.io/**",
);

const reference = referenceText.map(parseImageReference).filter((parsed): parsed is ImageReference => !isReferenceProblem(parsed));
const pattern = fc
  .oneof({ weight: 5, arbitrary: patternText }, edgePatterns)
  .map(parseReferencePattern)
  .filter((parsed): parsed is ReferencePattern => !isPatternProblem(parsed));

function patternOf(text: string): ReferencePattern {
  const parsed = parseReferencePattern(text);
  if (isPatternProblem(parsed)) throw new Error(parsed.message);
  return parsed;
}

function referenceOf(text: string): ImageReference {
  const parsed = parseImageReference(text);
  if (isReferenceProblem(parsed)) throw new Error(parsed.message);
  return parsed;
}

function indexOf(patterns: readonly ReferencePattern[], mode: "allow" | "deny"): PatternIndex {
  const builder = createPatternIndexBuilder(mode);
  for (const added of patterns) builder.add(added);
  return builder.build();
}

describe("createPatternIndexBuilder", () => {
  for (const mode of ["allow", "deny"] as const) {
    it(`finds a pattern exactly where one of them matches, in ${mode} mode`, () => {
      fc.assert(
        fc.property(fc.array(pattern, { maxLength: 20 }), fc.array(reference, { minLength: 1, maxLength: 20 }), (patterns, references) => {
          const index = indexOf(patterns, mode);

          for (const image of references) {
            const found = index.find(image);
            const matching = patterns.filter((candidate) => matchesReference(candidate, image, mode)).map(formatReferencePattern);
            expect(matching).toEqual(
              found === -1 ? [] : expect.arrayContaining(patterns.slice(found, found + 1).map(formatReferencePattern)),
            );
          }
        }),
        { numRuns: 1000 },
      );
    });
  }

  it("finds in deny mode whatever it finds in allow mode", () => {
    fc.assert(
      fc.property(pattern, reference, (added, image) => {
        if (indexOf([added], "allow").find(image) === 0) expect(indexOf([added], "deny").find(image)).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it("answers the ordinal of the first of equal patterns", () => {
    const index = indexOf(["a.b/x", "a.b/y", "a.b/x"].map(patternOf), "allow");

    expect(["a.b/x", "a.b/y", "a.b/z"].map((text) => index.find(referenceOf(text)))).toEqual([0, 1, -1]);
    expect(index.size).toBe(3);
  });

  it("finds nothing when nothing was added", () => {
    expect(indexOf([], "deny").find(referenceOf("nginx"))).toBe(-1);
  });

  it("tells apart patterns with several wildcards whose ends are equal", () => {
    const index = indexOf(["a.b/x*1*", "a.b/x*2*", "a.b/x*3*:1"].map(patternOf), "allow");

    expect(["a.b/x-1-y", "a.b/x-2-y", "a.b/x-3-y", "a.b/x-3-y:1"].map((text) => index.find(referenceOf(text)))).toEqual([0, 1, -1, 2]);
  });

  // Texts of 12 and of 25 characters: records of 16 bytes fill blocks to the last byte, and those of 25 share their beginnings.
  it.each([
    ["a.b/", 60_000],
    ["registry.example/", 60_000],
  ])("finds each of many patterns below %s, in steps", (start, size) => {
    const builder = createPatternIndexBuilder("deny");
    const texts = Array.from({ length: size }, (_, ordinal) => `${start}x${String(ordinal).padStart(7, "0")}`);
    for (const text of texts) builder.add(patternOf(text));

    const steps = builder.buildSteps();
    let yields = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yields++;
    const index = step.value;

    expect(texts.findIndex((text, ordinal) => index.find(referenceOf(text)) !== ordinal)).toBe(-1);
    expect(index.find(referenceOf(`${start}x${size}`))).toBe(-1);
    expect(yields).toBeGreaterThan(20);
    expect(index.bytes / size).toBeLessThan(40);
  });

  it("finds patterns whose beginnings have equal hashes", () => {
    const index = indexOf(["a.b/fsfzfo/a", "a.b/qpnapn/a"].map(patternOf), "allow");

    expect(["a.b/fsfzfo/a", "a.b/qpnapn/a", "a.b/qpnapn/b"].map((text) => index.find(referenceOf(text)))).toEqual([0, 1, -1]);
  });

  it("finds each of more patterns than it stores beginnings for", () => {
    const builder = createPatternIndexBuilder("allow");
    const texts = Array.from({ length: 66_000 }, (_, ordinal) => `a.b/x${ordinal}/y`);
    for (const text of texts) builder.add(patternOf(text));

    const index = builder.build();

    expect(texts.findIndex((text, ordinal) => index.find(referenceOf(text)) !== ordinal)).toBe(-1);
  });

  it("keeps one of many equal patterns, however they are spelled", () => {
    const builder = createPatternIndexBuilder("deny");
    for (let count = 0; count < 5_000; count++) builder.add(patternOf(count % 2 === 0 ? "nginx" : "index.docker.io/library/nginx"));

    const index = builder.build();

    expect(["nginx", "nginx/x", "nginy"].map((text) => index.find(referenceOf(text)))).toEqual([0, -1, -1]);
  });

  it("counts in its memory the patterns it compares one by one, and in its steps those it may compare in one look-up", () => {
    const texts = ["a.b/*x*", "a.b/*y*", "**/*z*", "a.b/x", "a.b/**", `a.b/*w*@${digest("a")}`, "**:*v*"];
    const indexes = [texts, texts.slice(1)].map((list) => indexOf(list.map(patternOf), "deny"));

    expect(indexes.map(({ steps }) => steps)).toEqual([11, 10]);
    expect((indexes[0]?.bytes ?? 0) - (indexes[1]?.bytes ?? 0)).toBeGreaterThan("a.b/*x*".length);
  });

  it("tells apart digests of each algorithm", () => {
    const digests = [`sha256:${"a".repeat(64)}`, `sha384:${"a".repeat(96)}`, `sha512:${"a".repeat(128)}`, `sha512:${"b".repeat(128)}`];
    const index = indexOf(
      digests.slice(0, 3).map((text) => patternOf(`a.b/c@${text}`)),
      "allow",
    );

    expect(digests.map((text) => index.find(referenceOf(`a.b/c@${text}`)))).toEqual([0, 1, 2, -1]);
  });

  it("matches any host however long it is, and takes no other for a part of it", () => {
    const long = referenceOf(`${"x".repeat(2000)}.example/app@${digest("a")}`);
    const patterns = ["*.example/app", `*.example/app@${digest("a")}`, "**/app", "x.example/app"].map(patternOf);

    expect(patterns.map((added) => indexOf([added], "deny").find(long))).toEqual([0, 0, 0, -1]);
  });

  it("refuses patterns that are longer than any it parses", () => {
    const builder = createPatternIndexBuilder("allow");
    const tooLong = ["h", "path", "tag", "digest"].map((part) => ({
      ...patternOf("a.b/c"),
      [part === "h" ? "host" : part]: "0".repeat(2000),
    }));

    for (const added of tooLong) expect(() => builder.add(added)).toThrow(RangeError);
  });
});

describe("patternIndexFromParts", () => {
  function transferred(index: PatternIndex): PatternIndex {
    const parts = index.toParts();
    return patternIndexFromParts(structuredClone(parts, { transfer: [...buffersOfPatternIndex(parts)] }));
  }

  it("gives an index with the same answers", () => {
    const mode = fc.constantFrom("allow" as const, "deny" as const);
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 20 }), fc.array(reference, { maxLength: 20 }), mode, (patterns, references, each) => {
        const index = indexOf(patterns, each);
        const { size, bytes, steps } = index;
        const answers = references.map(index.find);

        const other = transferred(index);

        expect(other).toMatchObject({ size, bytes, steps });
        expect(references.map(other.find)).toEqual(answers);
      }),
      { numRuns: 500 },
    );
  });

  it("gives one that can be handed on", () => {
    const index = transferred(transferred(indexOf(["a.b/x", "a.b/*x*", "**/*y*/z"].map(patternOf), "deny")));

    expect(["a.b/x", "a.b/axa", "q/aya/z", "q/a/z"].map((text) => index.find(referenceOf(text)))).toEqual([0, 1, 2, -1]);
  });

  it("finds the first of many patterns that are compared one by one", () => {
    const texts = Array.from({ length: 6_000 }, (_, ordinal) => `a${ordinal % 10}.b/*${ordinal}x*`);

    const index = transferred(indexOf(texts.map(patternOf), "allow"));

    expect(["a3.b/y13xy", "a3.b/y14xy", "a9.b/5999x"].map((text) => index.find(referenceOf(text)))).toEqual([3, -1, 9]);
    expect(index.steps).toBe(601);
  });
});
