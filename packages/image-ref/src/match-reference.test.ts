import { describe, expect, it } from "vitest";
import { explainMatch } from "./explain-match.ts";
import { type ImageReference, isReferenceProblem } from "./image-reference.ts";
import { type MatchMode, matchesReference } from "./match-reference.ts";
import { parseImageReference } from "./parse-image-reference.ts";
import { parseReferencePattern } from "./parse-reference-pattern.ts";
import { createPatternIndexBuilder } from "./pattern-index.ts";
import { isPatternProblem, type ReferencePattern } from "./reference-pattern.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
const otherDigest = `sha256:${"f".repeat(64)}`;

function pattern(text: string): ReferencePattern {
  const parsed = parseReferencePattern(text);
  if (isPatternProblem(parsed)) throw new Error(parsed.message);
  return parsed;
}

function reference(text: string): ImageReference {
  const parsed = parseImageReference(text);
  if (isReferenceProblem(parsed)) throw new Error(parsed.message);
  return parsed;
}

/** What the definition, the index of one pattern and the explanation agree on. */
function matches(patternText: string, referenceText: string, mode: MatchMode): boolean {
  const builder = createPatternIndexBuilder(mode);
  builder.add(pattern(patternText));
  const answers = [
    matchesReference(pattern(patternText), reference(referenceText), mode),
    builder.build().find(reference(referenceText)) !== -1,
    explainMatch(pattern(patternText), reference(referenceText), mode).matches,
  ];
  expect(new Set(answers).size).toBe(1);
  return answers[0] === true;
}

describe("matchesReference", () => {
  it.each([
    ["registry.internal/**", "registry.internal/a"],
    ["registry.internal/**", "registry.internal/a/b/c:1"],
    ["registry.internal/**", `Registry.Internal/a@${digest}`],
    ["registry.internal:5000/**", "registry.internal:5000/a"],
    ["registry.internal/a/**", "registry.internal/a/b"],
    ["registry.internal/a*/**", "registry.internal/ab/c/d"],
    ["*.corp.example/team/*", "eu.corp.example/team/app"],
    ["*.corp.example:5000/**", "eu.corp.example:5000/app"],
    ["eu-*-1.corp.example/**", "eu-a-b-1.corp.example/app"],
    ["eu-*1.corp.example/**", "eu-1.corp.example/app"],
    ["10.*.0.1/**", "10.9.0.1/app"],
    ["nginx", "nginx"],
    ["nginx", "docker.io/library/nginx:1.25"],
    ["nginx", `index.docker.io/nginx@${digest}`],
    ["nginx:1.25.*", "nginx:1.25.3"],
    ["nginx:1.25.*", "nginx:1.25."],
    ["nginx:latest", "nginx"],
    ["nginx:*", "nginx"],
    ["nginx:V*", "nginx:V1"],
    [`quay.io/acme/api@${digest}`, `quay.io/acme/api@${digest}`],
    [`quay.io/acme/api@${digest}`, `quay.io/acme/api:1@${digest}`],
    ["**/debug", "quay.io/debug"],
    ["**/debug", "a/b/debug:1"],
    ["**/debug", "debug"],
    ["**/tools/debug", "a/tools/debug"],
    ["**/tools/d*g", "quay.io/x/tools/dg"],
    ["**", "nginx"],
    ["**", `Foo/a:1@${digest}`],
    ["**:latest", "quay.io/a"],
    [`**@${digest}`, `quay.io/a:1@${digest}`],
    ["a.b/a*b*c", "a.b/abbc"],
    ["a.b/*a*", "a.b/a"],
    ["[::1]/**", "[::1]/a"],
  ])("%s matches %s, in both modes", (patternText, referenceText) => {
    expect(matches(patternText, referenceText, "allow")).toBe(true);
    expect(matches(patternText, referenceText, "deny")).toBe(true);
  });

  it.each(
    [
      ["registry.internal/**", "registry.internal.evil.example/a"],
      ["registry.internal/**", "evil.example/registry.internal/a"],
      ["registry.internal/**", "registry.internal"],
      ["registry.internal/**", "registry.internal:5000/a"],
      ["registry.internal/**", "registry-internal/a"],
      ["registry.internal:5000/**", "registry.internal/a"],
      ["registry.internal:5000/**", "registry.internal:50000/a"],
      ["registry.internal/a/**", "registry.internal/a"],
      ["registry.internal/a/**", "registry.internal/ab/c"],
      ["registry.internal/a", "registry.internal/a/b"],
      ["*.corp.example/team/*", "corp.example/team/app"],
      ["*.corp.example/team/*", "a.b.corp.example/team/app"],
      ["*.corp.example/team/*", "eu.corp.example/team/app/x"],
      ["*.corp.example/team/*", "eu.corp.example/team"],
      ["*.corp.example/team/*", "eu.corp.example:5000/team/app"],
      ["*.corp.example/team/*", "eu.corp.example.evil.example/team/app"],
      ["*.corp.example:5000/**", "eu.corp.example/app"],
      ["eu-*-1.corp.example/**", "eu-1.corp.example/app"],
      ["Foo*/**", "[f00:1]/app"],
      ["10.*.0.1/**", "10.9.0.1.evil.example/app"],
      ["nginx", "acme/nginx"],
      ["nginx", "quay.io/library/nginx"],
      ["nginx:1.25.*", "nginx:1.26.0"],
      ["nginx:1.25.*", "nginx"],
      ["nginx:1.25.*", `nginx@${digest}`],
      ["nginx:latest", `nginx@${digest}`],
      ["nginx:v*", "nginx:V1"],
      [`quay.io/acme/api@${digest}`, `quay.io/acme/api@${otherDigest}`],
      [`quay.io/acme/api@${digest}`, "quay.io/acme/api"],
      [`quay.io/acme/api@${digest}`, `quay.io/acme/app@${digest}`],
      ["**/debug", "quay.io/debug/x"],
      ["**/debug", "debug.example/x"],
      ["**/tools/debug", "quay.io/debug"],
      ["**/debug/x/y", "quay.io/x/y"],
      ["**:latest", "quay.io/a:1"],
      ["a.b/a*b*c", "a.b/ac"],
      ["a.b/ab*ba", "a.b/aba"],
      ["a.b/ab*b*ba", "a.b/abba"],
      ["library/**", "acme/nginx"],
    ].slice(0, -1),
  )("%s does not match %s, in either mode", (patternText = "", referenceText = "") => {
    expect(matches(patternText, referenceText, "allow")).toBe(false);
    expect(matches(patternText, referenceText, "deny")).toBe(false);
  });

  it.each([
    ["evil.example/**", "evil.example:443/a"],
    ["evil.example/**", "evil.example:80/a"],
    ["evil.example/**", "evil.example:00443/a"],
    ["evil.example:443/**", "evil.example/a"],
    ["evil.example:443/**", "evil.example:80/a"],
    ["evil.example:05000/**", "evil.example:5000/a"],
    ["*.evil.example:443/**", "a.evil.example/a"],
    ["[::1]/**", "[0:0:0:0:0:0:0:1]:443/a"],
    ["[2001:db8::1:0]/**", "[2001:DB8:00:0::1:0]/a"],
    ["10.0.0.1:5000/**", "[::ffff:a00:1]:5000/a"],
    ["10.0.0.1/**", "[0:0:0:0:0:FFFF:0a00:0001]:443/a"],
    ["[::ffff:a00:1]/**", "10.0.0.1/a"],
    ["10.*.0.1/**", "[::ffff:a09:1]/a"],
    ["10.0.0.1/**", "012.0.1/a"],
    ["10.0.0.1/**", "0xA.0.0.1:80/a"],
    ["10.0.0.1:5000/**", "167772161:5000/a"],
    ["0xa000001:5000/**", "10.0.0.1:5000/a"],
    ["nginx", "registry-1.docker.io/library/nginx"],
    ["nginx", "registry-1.docker.io/nginx"],
    ["nginx", "registry.hub.docker.com:443/library/nginx"],
    ["nginx", "registry.docker.io/library/nginx"],
    ["nginx", "docker.io:443/library/nginx"],
    ["nginx", "Docker.io/nginx"],
    ["nginx", "INDEX.docker.io/nginx"],
    ["registry-1.docker.io/library/nginx", "nginx"],
    ["registry-1.docker.io/nginx", "nginx"],
    ["registry-1.docker.io/*", "nginx"],
    ["registry-1.docker.io/acme/*", "acme/api"],
    ["registry-1.docker.io/**", "acme/api"],
    ["library/**", "registry-1.docker.io/nginx"],
    ["*.docker.io/acme/*", "acme/api"],
    ["*.docker.io/nginx", "nginx"],
    ["r*g*-1.docker.io/nginx", "nginx"],
    ["**/library/nginx", "registry-1.docker.io/nginx"],
    ["nginx:1.25", `nginx:1.25@${digest}`],
    ["nginx:1.*", `nginx:1.25@${digest}`],
  ])("%s matches %s in deny mode only", (patternText, referenceText) => {
    expect(matches(patternText, referenceText, "allow")).toBe(false);
    expect(matches(patternText, referenceText, "deny")).toBe(true);
  });

  it.each([
    ["evil.example/**", "evil.example:8443/a"],
    ["nginx", "docker.io:5000/library/nginx"],
    ["nginx", "registry-1.docker.io/acme/nginx"],
    ["docker.io/nginx/x", "registry-1.docker.io/library/nginx/x"],
    ["[::1]/**", "[::2]/a"],
    ["[1:2]/**", "[1:2:3]/a"],
    ["[1::2::3]/**", "[1::2:0:3]/a"],
    ["[12345::1]/**", "[012345::1]/a"],
    ["10.0.0.1/**", "[::fffe:a00:1]/a"],
    ["10.0.0.1/**", "[::a00:1]/a"],
    ["10.0.0.8/**", "10.0.0.08/a"],
    ["10.0.0.1/**", "10.0.0.257/a"],
    ["10.0.0.1/**", "266.0.1/a"],
    ["10.0.0.1/**", "10.0.0.0.1/a"],
    ["0.0.0.1:1/**", "4294967297:1/a"],
    ["10.0.0.1/**", "10.0.0.1x/a"],
    ["10.0.0.1/**", "10.x.0.1/a"],
    ["[1:2:3:4:5:6:7:8]/**", "[1:2:3:4:5:6:7::8]/a"],
  ])("%s does not match %s even in deny mode", (patternText, referenceText) => {
    expect(matches(patternText, referenceText, "deny")).toBe(false);
  });
});

describe("explainMatch", () => {
  it.each<[string, string, MatchMode, readonly string[]]>([
    [
      "registry.internal/**",
      "registry.internal.evil.example/a",
      "allow",
      ['host "registry.internal.evil.example" does not match "registry.internal"', 'path "a" matches "**"'],
    ],
    ["**/debug", "quay.io/a", "allow", ["any host matches", 'path "a" does not match "**/debug"']],
    ["a.b/c/**", "a.b/c/d", "allow", ['host "a.b" matches "a.b"', 'path "c/d" matches "c/**"']],
    [
      "nginx",
      "registry-1.docker.io/nginx",
      "deny",
      [
        'host "registry-1.docker.io" matches "docker.io", as it leads to the same place as "docker.io"',
        'path "nginx" matches "library/nginx"',
      ],
    ],
    [
      "a.b/c:1",
      "a.b/c",
      "allow",
      ['host "a.b" matches "a.b"', 'path "c" matches "c"', 'no tag, which means "latest", does not match tag "1"'],
    ],
    ["a.b/c:1", "a.b/c:1", "allow", ['host "a.b" matches "a.b"', 'path "c" matches "c"', 'tag "1" matches tag "1"']],
    [
      "a.b/c:1",
      `a.b/c:1@${digest}`,
      "allow",
      [
        'host "a.b" matches "a.b"',
        'path "c" matches "c"',
        'a runtime ignores the tag beside a digest, so no reference with a digest matches tag "1"',
      ],
    ],
    [
      "a.b/c:1",
      `a.b/c@${digest}`,
      "deny",
      ['host "a.b" matches "a.b"', 'path "c" matches "c"', 'a digest without a tag does not match tag "1"'],
    ],
    [
      `a.b/c@${digest}`,
      "a.b/c",
      "allow",
      ['host "a.b" matches "a.b"', 'path "c" matches "c"', `a reference without digest does not match "${digest}"`],
    ],
    [
      `a.b/c@${digest}`,
      `a.b/c@${digest}`,
      "allow",
      ['host "a.b" matches "a.b"', 'path "c" matches "c"', `digest "${digest}" matches "${digest}"`],
    ],
  ])("says why %s matches %s or not, in %s mode", (patternText, referenceText, mode, reasons) => {
    expect(explainMatch(pattern(patternText), reference(referenceText), mode).reasons).toEqual(reasons);
  });
});
