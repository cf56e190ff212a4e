import { type Bundle, compile, type Snapshot } from "@portcullis/policy";
import { aRevisionToken } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { selfTest } from "./self-test.ts";

const revision = aRevisionToken({ revision: 3 });
const policy = {
  path: "policy.yaml",
  text: 'apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: trusted }\nspec: { allow: ["one.example/**"] }\n',
};

describe("selfTest", () => {
  it("passes a snapshot that decides", async () => {
    await expect(tested([policy])).resolves.toBeUndefined();
  });

  it("refuses a snapshot that fails, or decides as another revision", async () => {
    const snapshot = compile({ files: [policy] }, { revision });
    const broken: Snapshot = {
      ...snapshot,
      get policies(): Snapshot["policies"] {
        throw new RangeError("torn");
      },
    };

    await expect(selfTest(broken, { files: [] }, "blue")).rejects.toMatchObject({
      code: "self-test-smoke",
      message: expect.stringContaining("torn"),
    });
  });

  it("holds a snapshot to the cases of its bundle that ask for its cluster", async () => {
    const wrong = cases("wrong.yaml", "blue", "allow");

    await expect(tested([policy, cases("right.yaml", "blue", "deny")])).resolves.toBeUndefined();
    await expect(tested([policy, cases("elsewhere.yaml", "green", "allow")])).resolves.toBeUndefined();
    await expect(tested([policy, wrong])).rejects.toMatchObject({
      code: "self-test-case",
      message: expect.stringMatching(/^wrong\.yaml:5: strangers: expected allow, got deny/u),
    });
  });

  it("leaves out cases that bring policies of their own", async () => {
    const own = cases("own.yaml", "blue", "allow");
    const settings = "apiVersion: portcullis.dev/v1\nkind: Bundle\nspec: { default: allow }\n";

    await expect(tested([policy, { ...own, text: `${own.text}---\n${settings}` }], [policy])).resolves.toBeUndefined();
  });

  it("refuses cases that cannot be read", async () => {
    const unreadable = { path: "cases.yaml", text: "apiVersion: portcullis.dev/v1\nkind: DecisionCases\ncases: 7\n" };

    await expect(tested([policy, unreadable])).rejects.toMatchObject({ code: "cases-invalid" });
  });
});

function cases(path: string, cluster: string, expect_: string) {
  const text = `apiVersion: portcullis.dev/v1
kind: DecisionCases
about: strangers
cases:
  - name: strangers
    cluster: ${cluster}
    images: [stranger.example/app]
    expect: ${expect_}
`;
  return { path, text };
}

function tested(files: Bundle["files"], compiled = files): Promise<void> {
  return selfTest(compile({ files: compiled }, { revision }), { files }, "blue");
}
