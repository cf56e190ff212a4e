import { describe, expect, it } from "vitest";
import { aBundle, aPolicy, judge } from "./a-bundle.ts";
import { compile, compileInSlices } from "./compile.ts";
import { PolicyCompileError } from "./policy-problem.ts";

const revision = { lineage: "test", epoch: 1, revision: 7 };
const count = 1_000_000;

/** One entry of each million: exact, path prefix, tag and wildcard host in turn. */
function entry(index: number): string {
  const name = `team-${index % 1_000}/app-${index}`;
  if (index % 4 === 0) return `registry.example/${name}`;
  if (index % 4 === 1) return `registry.example/${name}/**`;
  return index % 4 === 2 ? `registry.example/${name}:1.*` : `*.corp.example/${name}`;
}

describe("compileInSlices", () => {
  it("compiles a list of 1,000,000 lines, pausing all along, and finds each kind of entry in it", { timeout: 120_000 }, async () => {
    const text = Array.from({ length: count }, (_, index) => entry(index)).join("\n");
    let pauses = 0;

    const snapshot = await compileInSlices(aBundle([aPolicy({ allowFrom: "list.txt" })], { "list.txt": text }), {
      revision,
      pause: async () => {
        pauses += 1;
      },
    });

    expect(snapshot.patternCount).toBe(count);
    expect(pauses).toBeGreaterThan(count / 300);
    const [segment] = snapshot.policies[0]?.allow ?? [];
    expect((segment?.index.bytes ?? Number.POSITIVE_INFINITY) / count).toBeLessThan(150);
    const last = count - 4;
    const inside = [`registry.example/team-996/app-${last}:9`, `registry.example/team-997/app-${last + 1}/x`];
    const others = [`registry.example/team-998/app-${last + 2}:1.2`, `eu.corp.example/team-999/app-${last + 3}`];
    expect(judge(snapshot, ...inside, ...others).verdict).toBe("allow");
    const outside = [`registry.example/team-996/app-${count}`, `registry.example/team-997/app-${last + 1}`];
    const foreign = [`registry.example/team-998/app-${last + 2}:2`, `a.b.corp.example/team-999/app-${last + 3}`];
    expect(judge(snapshot, ...outside, ...foreign)).toMatchObject({ denials: [{}, {}, {}, {}] });
  });

  it("reports mistakes as compile does", async () => {
    const bundle = aBundle([aPolicy({ allow: ["a//b"] })]);

    await expect(compileInSlices(bundle, { revision, pause: async () => undefined })).rejects.toBeInstanceOf(PolicyCompileError);
  });
});

describe("compile", () => {
  it("reads list files in pieces, but takes no documents in pieces", () => {
    const bundle = aBundle([aPolicy({ denyFrom: "l.txt" })]);
    const list = { path: "l.txt", text: "x.exam", rest: ["ple/**\ny.example/", "**"] };
    const [documents = list] = bundle.files;

    expect(compile({ files: [documents, list] }, { revision }).patternCount).toBe(2);
    expect(() => compile({ files: [{ ...documents, rest: ["# end"] }, list] }, { revision })).toThrow(
      expect.objectContaining({ problems: expect.arrayContaining([expect.objectContaining({ code: "policy-file-too-large" })]) }),
    );
  });

  it("refuses a list whose patterns would be compared one by one without end, wherever it is written", () => {
    const slow = Array.from({ length: 1_001 }, (_, index) => `x.example/*${index}*`);

    for (const [policy, file] of [
      [aPolicy({ deny: slow }), "policies.yaml"],
      [aPolicy({ denyFrom: "l.txt" }), "l.txt"],
    ] as const) {
      const bundle = aBundle([policy], { "l.txt": slow.join("\n") });

      expect(() => compile(bundle, { revision })).toThrow(
        expect.objectContaining({ problems: [expect.objectContaining({ code: "policy-slow-list", file })] }),
      );
    }
  });

  it("indexes a list file once for all policies that name it in the same mode", () => {
    const documents = [
      aPolicy({ name: "a", denyFrom: "l.txt" }),
      aPolicy({ name: "b", denyFrom: "l.txt" }),
      aPolicy({ name: "c", allowFrom: "l.txt" }),
    ];

    const [a, b, c] = compile(aBundle(documents, { "l.txt": "x.example/**" }), { revision }).policies;

    expect(a?.deny[0]).toBe(b?.deny[0]);
    expect(c?.allow?.[0]).not.toBe(a?.deny[0]);
  });
});
