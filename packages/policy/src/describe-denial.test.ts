import { describe, expect, it } from "vitest";
import { aPod, aSnapshot, judge } from "./a-bundle.ts";
import type { Decision, Finding } from "./decision.ts";
import { describeDenial, describeFinding, describeWarning } from "./describe-denial.ts";
import { evaluate } from "./evaluate.ts";

function denialOf(decision: Decision): string {
  if (decision.verdict === "allow") throw new Error("expected a denial");
  return describeDenial(decision);
}

const finding: Finding = {
  policy: "trusted",
  enforcement: "deny",
  rule: "allow",
  image: "nginx",
  canonical: "docker.io/library/nginx",
  field: "containers",
  container: "web",
  message: "not here",
};

describe("describeDenial", () => {
  it("holds the author's words, policy, image, canonical reference, field and revision", () => {
    const snapshot = aSnapshot({
      name: "trusted",
      allow: ["internal-registry.io/**"],
      message: "You can only use images from the internal-registry.io",
    });

    expect(denialOf(judge(snapshot, "nginx"))).toBe(
      'You can only use images from the internal-registry.io (policy "trusted", image "nginx", that is "docker.io/library/nginx", in containers "main") [revision test/1/7]',
    );
  });

  it("says nothing of a field where the review does not", () => {
    const snapshot = aSnapshot({ name: "trusted", allow: ["internal-registry.io/**"] });

    const denial = denialOf(evaluate(snapshot, aPod([{ image: "evil.example/app", field: "any", container: "" }])));

    expect(denial).toBe('image "evil.example/app" is not on the allow list of policy "trusted" [revision test/1/7]');
  });

  it("says equal things once", () => {
    const snapshot = aSnapshot({ name: "trusted", allow: ["internal-registry.io/**"] });

    expect(denialOf(judge(snapshot, "evil.example/app", "evil.example/app")).match(/is not on/gu)).toHaveLength(1);
  });

  it("is bounded, and says how many findings it leaves out", () => {
    const snapshot = aSnapshot({ name: "trusted", allow: ["internal-registry.io/**"] });
    const images = Array.from({ length: 1_000 }, (_, index) => `evil.example/app-${index}`);

    const denial = denialOf(judge(snapshot, ...images));

    expect(denial.length).toBeLessThan(4_300);
    expect(denial).toMatch(/; and \d+ more \[revision test\/1\/7\]$/u);
  });

  it("is bounded when one finding alone is too long", () => {
    const snapshot = aSnapshot({ name: "trusted", allow: ["internal-registry.io/**"], message: "{image}".repeat(100) });

    const denial = denialOf(judge(snapshot, "\u0001".repeat(10_000)));

    expect(denial.length).toBeLessThan(4_300);
    expect(denial).toContain("… [revision test/1/7]");
  });

  it("never holds a control or invisible character that a requester chose", () => {
    const snapshot = aSnapshot({ name: "trusted", allow: ["internal-registry.io/**"], message: "no {image}" });

    const denial = denialOf(judge(snapshot, 'evil\n\u202e\u0000"\u200b\ud800'));

    expect(denial).toContain('no evil\\n\\u202e\\u0000\\"\\u200b\\ud800');
    expect(denial).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
  });
});

describe("describeFinding", () => {
  it.each([
    [{}, 'not here (policy "trusted", image "nginx", that is "docker.io/library/nginx", in containers "web")'],
    [{ container: "" }, 'not here (policy "trusted", image "nginx", that is "docker.io/library/nginx", in containers)'],
    [{ canonical: "" }, 'not here (policy "trusted", image "nginx", in containers "web")'],
    [{ canonical: "nginx", field: "any", message: 'no "nginx", says "trusted"' }, 'no "nginx", says "trusted"'],
  ])("adds what the message does not say: %j", (change, text) => {
    expect(describeFinding({ ...finding, ...change })).toBe(text);
  });
});

describe("describeWarning", () => {
  const servedAt = { lineage: "test", epoch: 1, revision: 7 };
  const about = ' (policy "trusted", image "nginx", that is "docker.io/library/nginx", in containers "web")';

  it.each([
    ["holds the revision where there is room", "not here", 256, `not here${about} [revision test/1/7]`],
    ["leaves out the revision first", "not here", about.length + 8, `not here${about}`],
    ["then cuts the message, and keeps what it is about", "long ".repeat(100), about.length + 7, `long...${about}`],
    ["keeps what it is about where that alone is too long", "not here", 10, `...${about}`],
  ])("%s", (_fact, message, maxLength, text) => {
    expect(describeWarning({ ...finding, message }, servedAt, maxLength)).toBe(text);
  });
});
