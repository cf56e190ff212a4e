import { matchesReference, parseImageReference, parseReferencePattern } from "@portcullis/image-ref";
import { describe, expect, it } from "vitest";
import { aBundle, aPolicy } from "./a-bundle.ts";
import { attack } from "./attack.ts";

const digest = `sha256:${"1".repeat(64)}`;

function attackPattern(pattern: string, fields: Readonly<Record<string, unknown>> = {}): ReturnType<typeof attack> {
  return attack(aBundle([aPolicy({ allow: [pattern], ...fields })]));
}

describe("attack", () => {
  it.each([
    ["**", "registry.attacker.example/attacker/backdoor", "any image of any registry"],
    ["**/debug", "registry.attacker.example/debug", 'ends in "debug"'],
    ["**/team/*", "registry.attacker.example/team/attacker", 'ends in "team/*"'],
    ["docker.io/**", "docker.io/attacker/backdoor", 'account on "docker.io"'],
    ["docker.io/*/app", "docker.io/attacker/app", 'account on "docker.io"'],
    ["docker.io/acme*/**", "docker.io/acmeattacker/backdoor", 'account on "docker.io"'],
    ["quay.io/**", "quay.io/attacker/backdoor", 'account on "quay.io"'],
    ["ghcr.io/**", "ghcr.io/attacker/backdoor", 'account on "ghcr.io"'],
    ["gcr.io/*/*", "gcr.io/attacker/backdoor", 'account on "gcr.io"'],
    ["public.ecr.aws/**", "public.ecr.aws/attacker/backdoor", 'account on "public.ecr.aws"'],
    ["registry.gitlab.com/**", "registry.gitlab.com/attacker/backdoor", "registry.gitlab.com"],
    ["europe-west3-docker.pkg.dev/**", "europe-west3-docker.pkg.dev/attacker/backdoor", "account"],
    ["ttl.sh/acme", "ttl.sh/acme", "without an account"],
    ["localhost:5000/app", "localhost:5000/app", "every node"],
    ["127.0.0.1:5000/**", "127.0.0.1:5000/attacker/backdoor", "every node"],
    ["*.corp.example/x", "attacker.corp.example/x", 'below "corp.example"'],
    ["reg*.corp.example/x", "regattacker.corp.example/x", 'below "corp.example"'],
    ["*.azurecr.io/**", "attacker.azurecr.io/attacker/backdoor", 'anyone can get a registry below "azurecr.io"'],
    ["*.dkr.ecr.*.amazonaws.com/app", "attacker.dkr.ecr.attacker.amazonaws.com/app", 'below "amazonaws.com"'],
    ["*.azurecr.io:443/app", "attacker.azurecr.io:443/app", 'below "azurecr.io"'],
    ["*.io/app", "attacker.io/app", 'register a domain below "io"'],
  ])("finds the hole in %s", (pattern, reference, reason) => {
    const attacks = attackPattern(pattern);

    expect(attacks).toMatchObject([{ policy: "policy", pattern, reference, weight: "hole", file: "policies.yaml", line: 1 }]);
    expect(attacks[0]?.reason).toContain(reason);
  });

  it.each([
    "internal-registry.io/**",
    "docker.io/acme/**",
    "nginx",
    "docker.io/*",
    `**@${digest}`,
    `docker.io/acme/x@${digest}`,
    "quay.io/acme/api",
  ])("has nothing against %s", (pattern) => {
    expect(attackPattern(pattern)).toEqual([]);
  });

  it("notes that tags can be moved", () => {
    expect(attackPattern("internal-registry.io/app:1.25.*")).toMatchObject([
      { weight: "note", reference: "internal-registry.io/app:1.25.99" },
    ]);
  });

  it("attacks through what the rest of the policy leaves open", () => {
    expect(attackPattern("**", { require: { digest: true } })).toMatchObject([{ reference: expect.stringContaining("@sha256:") }]);
    expect(attackPattern("**", { require: { tag: { forbid: ["latest"] } } })).toMatchObject([{ reference: expect.stringMatching(/:1$/u) }]);
  });

  it("reports nothing that the rest of the policy stops", () => {
    expect(attackPattern("docker.io/**", { deny: ["**"] })).toEqual([]);
    expect(attackPattern("docker.io/acme/*:1.*", { require: { digest: true } })).toEqual([]);
  });

  it("reports only references that the pattern matches", () => {
    for (const pattern of ["**", "**/a/b", "*.x.example/*/y", "docker.io/**", "quay.io/*-*/x:*-*"]) {
      const parsed = parseReferencePattern(pattern);
      const [found] = attackPattern(pattern);
      const reference = parseImageReference(found?.reference ?? "");

      expect("problem" in parsed || "problem" in reference || matchesReference(parsed, reference, "allow")).toBe(true);
      expect(found).toBeDefined();
    }
  });

  it("looks into list files, up to 1,000 attacks", () => {
    const text = Array.from({ length: 1_200 }, (_, index) => `*.d${index}.example/**`).join("\n");

    const attacks = attack(aBundle([aPolicy({ name: "a", allowFrom: "l.txt" }), aPolicy({ name: "b", deny: ["x"] })], { "l.txt": text }));

    expect(attacks).toHaveLength(1_000);
    expect(attacks[7]).toMatchObject({ policy: "a", file: "l.txt", line: 8, pattern: "*.d7.example/**" });
  });

  it("says nothing of an overlay, which admits nothing by itself", () => {
    const { files } = aBundle([aPolicy({ name: "base", allow: ["registry.example/**"] })]);
    const overlay = { path: "overlays/prod/open.yaml", text: aPolicy({ name: "open", allow: ["**"] }) };

    expect(attack({ files: [...files, overlay] })).toEqual([]);
  });

  it("says nothing of a bundle that does not compile", () => {
    expect(attackPattern("a//b")).toEqual([]);
  });
});
