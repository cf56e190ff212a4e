import { describe, expect, it } from "vitest";
import { aPod, aSnapshot } from "./a-bundle.ts";
import { evaluate } from "./evaluate.ts";
import { explain } from "./explain.ts";

const snapshot = aSnapshot(
  {
    name: "a",
    match: { fields: { include: ["*ontainers"], exclude: ["initContainers"] } },
    allow: ["x.example/**"],
    deny: ["**/bad"],
    except: ["**/kept"],
  },
  { name: "b", enforcement: "warn", match: { namespaces: { exclude: ["default"] } }, deny: ["**"] },
  { name: "c", match: { namespaces: ["other"] }, deny: ["**"] },
  { name: "d", enforcement: "audit", require: { tag: { forbid: ["latest"] } } },
);

describe("explain", () => {
  it("agrees with evaluate", () => {
    const pod = aPod(["x.example/app", "evil.example/app"]);

    expect(explain(snapshot, pod).decision).toEqual(evaluate(snapshot, pod));
  });

  it("says for each policy whether it matches", () => {
    const { policies } = explain(snapshot, aPod(["x.example/app"]));

    expect(policies.map(({ policy, enforcement, scope }) => `${policy} ${enforcement} ${scope}`)).toEqual([
      "a deny judged",
      "b warn exempt",
      "c deny outside",
      "d audit judged",
    ]);
  });

  it.each([
    ["x.example/app", "containers", "judged", [], 'allowed by "x.example/**"'],
    ["y.example/app", "containers", "judged", ["allow"], "no pattern allows it"],
    ["x.example/bad", "containers", "judged", ["deny"], 'denied by "**/bad"'],
    ["y.example/kept", "containers", "judged", [], 'excepted by "**/kept"'],
    ["y.example/app", "initContainers", "exempt", [], "its field is excluded"],
    ["y.example/app", "imageVolumes", "outside", [], "its field is not named"],
    ["x.example/app", "any", "judged", [], 'allowed by "x.example/**"'],
  ] as const)("says what %s met in %s", (image, field, scope, broken, because) => {
    const [policy] = explain(snapshot, aPod([{ image, field, container: "main" }])).policies;

    expect(policy?.images).toEqual([{ image, canonical: image, field, container: "main", scope, broken, because }]);
  });

  it("says why an image cannot be parsed", () => {
    const [policy] = explain(snapshot, aPod(["a b"])).policies;

    expect(policy?.images).toMatchObject([{ canonical: "", broken: ["unparsable-image"], because: expect.any(String) }]);
  });

  it("says that nothing denies an image where a policy has no allow list", () => {
    const policy = explain(snapshot, aPod(["x.example/app:1"])).policies[3];

    expect(policy?.images).toMatchObject([{ broken: [], because: "no pattern denies it" }]);
  });

  it.each([
    [aPod([]), "the object carries no image, so there is nothing to judge"],
    [aPod(["x"], { operation: "DELETE" }), "what is removed is judged by no policy"],
    [aPod(["x"], { imagesUnchanged: true }), "every image already stood in the same field, so no policy judges this update"],
    [aPod(["x"], { kind: "Deployment" }), "images that no allow list covers are judged in the pods made from this object"],
    [aPod(["x"]), "images that no allow list covers meet the bundle's default, which is deny"],
  ])("sums up", (workload, summary) => {
    expect(explain(snapshot, workload).summary).toBe(summary);
  });

  it("shows no policy as judging what none judges", () => {
    const { policies } = explain(snapshot, aPod(["x"], { operation: "DELETE" }));

    expect(policies.every(({ scope, images }) => scope === "outside" && images.length === 0)).toBe(true);
  });
});
