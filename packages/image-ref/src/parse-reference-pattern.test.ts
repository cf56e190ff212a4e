import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isReferenceProblem } from "./image-reference.ts";
import { parseImageReference } from "./parse-image-reference.ts";
import { parseReferencePattern } from "./parse-reference-pattern.ts";
import {
  formatReferencePattern,
  isPatternProblem,
  type PatternProblem,
  patternProblemCodes,
  type ReferencePattern,
} from "./reference-pattern.ts";

const hex = "0123456789abcdef".repeat(4);

function pattern(text: string): ReferencePattern {
  const parsed = parseReferencePattern(text);
  if (isPatternProblem(parsed)) throw new Error(`${parsed.problem}: ${parsed.message}`);
  return parsed;
}

function problem(text: string): PatternProblem {
  const parsed = parseReferencePattern(text);
  if (!isPatternProblem(parsed)) throw new Error(`${text} is the pattern ${formatReferencePattern(parsed)}`);
  return parsed;
}

describe("parseReferencePattern", () => {
  it.each([
    ["nginx", "docker.io/library/nginx"],
    ["nginx:1.25.*", "docker.io/library/nginx:1.25.*"],
    ["ngi*", "docker.io/library/ngi*"],
    ["docker.io/*", "docker.io/library/*"],
    ["index.docker.io/*", "docker.io/library/*"],
    ["docker.io/**", "docker.io/**"],
    ["library/**", "docker.io/library/**"],
    ["acme/**", "docker.io/acme/**"],
    ["acme*/app", "docker.io/acme*/app"],
    ["acme/*/app", "docker.io/acme/*/app"],
    ["docker.io/library/node.js:*", "docker.io/library/node.js:*"],
    ["quay.io/acme/api", "quay.io/acme/api"],
    [`quay.io/acme/api@sha256:${hex}`, `quay.io/acme/api@sha256:${hex}`],
    ["Quay.IO/acme/*", "quay.io/acme/*"],
    ["Registry/**", "REGISTRY/**"],
    ["Registry/app", "REGISTRY/app"],
    ["DOCKER.IO/nginx", "DOCKER.IO/nginx"],
    ["DOCKER.IO/nginx/**", "docker.io/nginx/**"],
    ["INDEX.docker.io/**", "INDEX.DOCKER.IO/**"],
    ["registry.internal/**", "registry.internal/**"],
    ["registry.internal:5000/**", "registry.internal:5000/**"],
    ["registry.internal/a/b/**:v*", "registry.internal/a/b/**:v*"],
    ["localhost:5000/**", "localhost:5000/**"],
    ["[::1]:5000/**", "[::1]:5000/**"],
    ["*.corp.example/team/*", "*.corp.example/team/*"],
    ["*.*.corp.example:5000/a", "*.*.corp.example:5000/a"],
    ["reg-*.corp.example/a*b*c", "reg-*.corp.example/a*b*c"],
    ["node-*:5000/app", "node-*:5000/app"],
    ["10.*.0.1:5000/**", "10.*.0.1:5000/**"],
    ["**", "**"],
    ["**:latest", "**:latest"],
    [`**@sha256:${hex}`, `**@sha256:${hex}`],
    ["**/debug", "**/debug"],
    ["**/team/*:v*.*", "**/team/*:v*.*"],
    ["a.b/*-_*", undefined],
    ["a.b/*_b*.c", "a.b/*_b*.c"],
  ])("reads %s as %s", (text, canonical) => {
    const parsed = parseReferencePattern(text);

    expect(isPatternProblem(parsed) ? undefined : formatReferencePattern(parsed)).toBe(canonical);
  });

  it.each([
    ["registry.internal", "pattern-host-alone", "registry.internal/**"],
    ["registry.internal:5000", "pattern-host-alone", "registry.internal:5000/**"],
    ["*.corp.example", "pattern-host-alone", "*.corp.example/**"],
    ["localhost", "pattern-host-alone", "localhost/**"],
    ["node.js:18-alpine", "pattern-host-alone", "docker.io/library/node.js:18-alpine"],
    [`a.b@sha256:${hex}`, "pattern-host-alone", `docker.io/library/a.b@sha256:${hex}`],
    ["registry.internal*", "pattern-open-prefix", "registry.internal/**"],
    ["registry.internal.*", "pattern-open-prefix", "registry.internal/**"],
    ["localhost*", "pattern-open-prefix", "localhost/**"],
    ["registry.internal*/**", "pattern-open-prefix", "registry.internal/**"],
    ["registry.int*l:5000/app", "pattern-open-prefix", "registry.intl:5000/app"],
    ["registry.*/**", "pattern-open-prefix", undefined],
    ["10.0.0.*/**", "pattern-open-prefix", undefined],
    ["localhost*/app", "pattern-open-prefix", "localhost/app"],
    ["10.0.*.evil*/app", "pattern-open-prefix", "10.0.*.evil/app"],
    ["*", "pattern-any-host", "**"],
    ["*:1", "pattern-any-host", "**:1"],
    ["*/app", "pattern-any-host", "**/app"],
    ["*/**", "pattern-any-host", "**"],
    ["*.*/app", "pattern-any-host", "**/app"],
    ["*:5000/app", "pattern-any-host", undefined],
    ["a.b/**/c", "pattern-double-star", "a.b/*/c"],
    ["a.b/c**", "pattern-double-star", "a.b/c*"],
    ["a.b/**c", "pattern-double-star", "a.b/*c"],
    ["**/a/**", "pattern-double-star", "**/a/*"],
    ["**/**", "pattern-double-star", "**"],
    ["**/**/a", "pattern-double-star", "**/*/a"],
    ["a.b/**/c/**", "pattern-double-star", "a.b/*/c/**"],
    ["**.corp.example/a", "pattern-double-star", "*.corp.example/a"],
    ["nginx:**", "pattern-double-star", "nginx:*"],
    ["a.b:*/c", "pattern-port-wildcard", undefined],
    ["a.b:50*/c", "pattern-port-wildcard", undefined],
    ["nginx@sha256:*", "pattern-digest-wildcard", "nginx"],
    ["nginx@*", "pattern-digest-wildcard", "nginx"],
    [`nginx:1@sha256:${hex}`, "pattern-tag-and-digest", `nginx@sha256:${hex}`],
    ["https://quay.io/acme/*", "pattern-url", "quay.io/acme/*"],
    ["https://quay.io", "pattern-url", undefined],
    ["user@quay.io/acme/*", "pattern-userinfo", "quay.io/acme/*"],
    ["quay.io/", "pattern-empty-component", "quay.io/**"],
    ["quay.io/acme/", "pattern-empty-component", "quay.io/acme/**"],
    ["/acme//app", "pattern-empty-component", "acme/app"],
    ["**/", "pattern-empty-component", undefined],
    ["[::1]:*/a", "pattern-port-wildcard", undefined],
    ["quay.io/Acme/*", "pattern-uppercase", "quay.io/acme/*"],
    [hex, "pattern-id", `**@sha256:${hex}`],
    [`sha256:${hex}`, "pattern-id", `**@sha256:${hex}`],
    ["", "pattern-empty", undefined],
    ["quay.io/a b", "pattern-blank", undefined],
    ["^quay\\.io/.*$", "pattern-character", undefined],
    ["quay.io/[ab]+", "pattern-path", undefined],
    ["my_registry.io/app", "pattern-host", undefined],
    ["-*.corp.example/a", "pattern-host", undefined],
    ["[::*]/a", "pattern-host", undefined],
    ["[*]:5000/a", "pattern-host", undefined],
    ["a.b/a_-*", "pattern-path", undefined],
    ["a.b/*-", "pattern-path", undefined],
    ["a.b/c:-*", "pattern-tag", undefined],
    ["a.b/c:", "pattern-tag", undefined],
    ["a.b/c@sha256:abc", "pattern-digest", undefined],
    [`a.b/c@md5:${hex}`, "pattern-digest-algorithm", undefined],
    [`a.b/${"x".repeat(256)}`, "pattern-too-long", undefined],
    [`${"x".repeat(254)}/a`, "pattern-too-long", undefined],
    ["x".repeat(248), "pattern-too-long", undefined],
    [`${"x.".repeat(131)}y/a`, "pattern-too-long", undefined],
  ])("refuses %s with %s and suggests %s", (text, code, suggestion) => {
    const found = problem(text);

    expect(found.problem).toBe(code);
    expect(found.suggestion).toBe(suggestion);
    expect(patternProblemCodes).toContain(code);
  });

  it("prints a foreign reference that an open prefix would have admitted", () => {
    expect(problem("registry.internal*").message).toContain('"registry.internal.evil.example/app"');
    expect(problem("registry.internal*/**").message).toContain('"registry.internalevil/app"');
  });

  it("says what a host alone is to a runtime", () => {
    expect(problem("registry.internal").message).toContain('"docker.io/library/registry.internal"');
  });

  const units = fc.constantFrom(..."abA01._-/:@[]*", "**", "/**", "**/", "sha256:", hex, "docker.io", "localhost", "//");
  const soup = fc.oneof(fc.string({ unit: units, maxLength: 12 }), fc.string({ unit: "binary" }));

  it("never throws; what it accepts it reads again, what it suggests it accepts", () => {
    fc.assert(
      fc.property(soup, (text) => {
        const parsed = parseReferencePattern(text);

        if (!isPatternProblem(parsed)) expect(parseReferencePattern(formatReferencePattern(parsed))).toEqual(parsed);
        else if (parsed.suggestion !== undefined) expect(pattern(parsed.suggestion)).toBeDefined();
      }),
      { numRuns: 5000 },
    );
  });

  it("reads what has no wildcard as the reference it is, or refuses it", () => {
    fc.assert(
      fc.property(
        soup.filter((text) => !text.includes("*")),
        (text) => {
          const parsed = parseReferencePattern(text);
          const reference = parseImageReference(text);

          if (isPatternProblem(parsed)) return;
          expect(isReferenceProblem(reference)).toBe(false);
          expect(parsed).toEqual({ ...reference, isOpenEnded: false });
        },
      ),
      { numRuns: 5000 },
    );
  });
});
