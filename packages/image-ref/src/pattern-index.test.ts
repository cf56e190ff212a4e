import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ImageReference, isReferenceProblem } from "./image-reference.ts";
import { matchesReference } from "./match-reference.ts";
import { parseImageReference } from "./parse-image-reference.ts";
import { parseReferencePattern } from "./parse-reference-pattern.ts";
import { createPatternIndexBuilder, type PatternIndex } from "./pattern-index.ts";
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
  "10.0.0.*/",
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
            if (found === -1) expect(matching).toEqual([]);
            else expect(matching).toContain(formatReferencePattern(patterns[found] as ReferencePattern));
          }
        }),
        { numRuns: 3000 },
      );
    });
  }
});
