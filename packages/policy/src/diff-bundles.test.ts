import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aBundle, aPolicy } from "./a-bundle.ts";
import { diffBundles } from "./diff-bundles.ts";

const nothing = { added: [], removed: [], changed: [] };

describe("diffBundles", () => {
  it("finds no difference where there is none", () => {
    const bundle = aBundle([aPolicy({ allow: ["docker.io/library/**"] })], { "list.txt": "a\nb\n" });

    expect(diffBundles(bundle, structuredClone(bundle))).toEqual({ files: nothing, policies: nothing, lists: [] });
  });

  it("names policies that came, went, and say something else", () => {
    const kept = aPolicy({ name: "kept", deny: ["evil.example/**"] });
    const before = aBundle([aPolicy({ name: "gone", deny: ["a.example/**"] }), kept, aPolicy({ name: "edited", deny: ["b.example/**"] })]);
    const after = aBundle([aPolicy({ name: "edited", deny: ["c.example/**"] }), aPolicy({ name: "new", deny: ["d.example/**"] }), kept]);

    const { policies, files } = diffBundles(before, after);

    expect(policies).toEqual({ added: ["new"], removed: ["gone"], changed: ["edited"] });
    expect(files).toEqual({ added: [], removed: [], changed: ["policies.yaml"] });
  });

  it("tells a policy of an overlay from one for all clusters", () => {
    const text = aPolicy({ name: "registries", deny: ["evil.example/**"] });
    const before = aBundle([text]);
    const after = { files: [...before.files, { path: "overlays/eu-*/more.yaml", text }] };

    expect(diffBundles(before, after).policies).toEqual({ added: ["overlays/eu-*/registries"], removed: [], changed: [] });
  });

  it.each([
    ["enforcement", { enforcement: "warn" }],
    ["requirement", { require: { digest: true } }],
    ["message", { message: "ask {namespace}" }],
    ["match", { match: { namespaces: ["team-*"] } }],
  ])("sees another %s", (_, fields) => {
    const before = aBundle([aPolicy({ deny: ["evil.example/**"] })]);
    const after = aBundle([aPolicy({ deny: ["evil.example/**"], ...fields })]);

    expect(diffBundles(before, after).policies.changed).toEqual(["policy"]);
  });

  it("says when what holds where no policy does is another", () => {
    const settings = { apiVersion: "portcullis.dev/v1", kind: "Bundle", spec: { default: "allow" } };

    const { defaults } = diffBundles(aBundle([]), aBundle([JSON.stringify(settings)]));

    expect(defaults).toMatchObject({ before: undefined, after: { default: "allow" } });
  });

  it("counts the entries of lists, wherever they are cut, and whatever their order", () => {
    const before = { files: [{ path: "list.txt", text: "a.example/x\nb.exam", rest: ["ple/x\nc.example/x"] }] };
    const after = { files: [{ path: "list.txt", text: "# sorted\nc.example/x\nb.example/x # why\nd.example/x\ne.example/x\n" }] };

    expect(diffBundles(before, after).lists).toEqual([{ path: "list.txt", added: 2, removed: 1 }]);
  });

  it("says of the way back the opposite", () => {
    const files = fc.dictionary(fc.constantFrom("a.txt", "b.txt"), fc.constantFrom("x.example/a", "x.example/a\nx.example/b", ""));
    const bundle = fc.tuple(fc.subarray(["p", "q", "r"]), files).map(([names, lists]) =>
      aBundle(
        names.map((name) => aPolicy({ name })),
        lists,
      ),
    );

    fc.assert(
      fc.property(bundle, bundle, (a, b) => {
        const [there, back] = [diffBundles(a, b), diffBundles(b, a)];

        expect(back.policies).toEqual({ added: there.policies.removed, removed: there.policies.added, changed: there.policies.changed });
        expect(back.files).toEqual({ added: there.files.removed, removed: there.files.added, changed: there.files.changed });
        expect(back.lists).toEqual(there.lists.map(({ path, added, removed }) => ({ path, added: removed, removed: added })));
      }),
    );
  });
});
