import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aPod, aPolicy, type PolicyFields, problemsOf } from "./a-bundle.ts";
import type { Bundle } from "./bundle.ts";
import { compile } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import type { Workload } from "./workload.ts";

const patterns = ["a.example/**", "b.example/**", "a.example/x", "**/x", "**", "a.example/y:1.*", "nginx"];
const images = [
  "a.example/x",
  "a.example/y:1.2",
  "b.example/x:latest",
  "nginx",
  `a.example/x@sha256:${"1".repeat(64)}`,
  "c.example/z",
  "A/B",
  "",
];
const clusters = ["prod-eu", "prod-us", "canary"];
const globs = ["prod-*", "prod-eu", "*", "c*y", "*-*s"];

const someOf = <T>(...values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const selector = (...names: readonly string[]) =>
  fc.record({ include: someOf("*", ...names), exclude: fc.subarray([...names]) }, { requiredKeys: [] });
const rules = fc.record(
  {
    enforcement: fc.constantFrom("deny", "warn", "audit"),
    match: fc.record(
      {
        clusters: selector("prod-*", "canary"),
        namespaces: selector("default", "prod"),
        kinds: someOf("Pod", "Deployment"),
        fields: someOf("containers", "*"),
      },
      { requiredKeys: [] },
    ),
    allow: someOf(...patterns),
    allowFrom: fc.constantFrom("/list.txt"),
    deny: fc.subarray(patterns),
    except: fc.subarray(patterns),
    require: fc.record({ digest: fc.boolean(), tag: fc.constant({ forbid: ["latest"] }) }, { requiredKeys: [] }),
  },
  { requiredKeys: ["deny"] },
);
const settings = fc
  .record({ default: fc.constantFrom("allow", "deny"), shortNames: fc.constantFrom("dockerHub", "deny") }, { requiredKeys: [] })
  .map((spec) => JSON.stringify({ apiVersion: "portcullis.dev/v1", kind: "Bundle", spec }));
const workload: fc.Arbitrary<Workload> = fc
  .record({
    images: fc.array(
      fc.record({
        image: fc.constantFrom(...images),
        field: fc.constantFrom("containers" as const, "initContainers" as const, "any" as const),
        container: fc.constant("main"),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    cluster: fc.constantFrom(...clusters),
    namespace: fc.constantFrom("default", "prod", "other"),
    kind: fc.constantFrom("Pod", "Deployment"),
    imagesUnchanged: fc.boolean(),
  })
  .map(({ images: chosen, ...others }) => aPod(chosen, others));

/** A policy whose list file, where it names one, lies `depth` folders above it. */
function fileOf(path: string, depth: number, { allowFrom, ...fields }: PolicyFields, name: string) {
  const from = allowFrom === undefined ? {} : { allowFrom: `${"../".repeat(depth)}list.txt` };
  return { path, text: aPolicy({ ...fields, ...from, name }) };
}

const list = { path: "list.txt", text: "b.example/**\na.example/x" };
const base: fc.Arbitrary<Bundle> = fc
  .tuple(fc.array(rules, { maxLength: 3 }), fc.option(settings, { nil: undefined }))
  .map(([documents, bundle]) => ({
    files: [
      list,
      ...documents.map((fields, index) => fileOf(`base-${index}.yaml`, 0, fields, `base-${index}`)),
      ...(bundle === undefined ? [] : [{ path: "bundle.yaml", text: bundle }]),
    ],
  }));
const overlays = fc
  .array(fc.tuple(fc.constantFrom(...globs), fc.oneof({ weight: 5, arbitrary: rules }, { weight: 1, arbitrary: settings })), {
    minLength: 1,
    maxLength: 3,
  })
  .map((all) =>
    all.map(([glob, document], index) => {
      const path = `overlays/${glob}/o-${index}.yaml`;
      return typeof document === "string" ? { path, text: document } : fileOf(path, 2, document, `overlay-${index}`);
    }),
  );

function isAllowed(bundle: Bundle, asked: Workload, cluster: string | undefined): boolean {
  return evaluate(compile(bundle, { revision: { lineage: "t", epoch: 1, revision: 1 }, cluster }), asked).verdict === "allow";
}

describe("compile", () => {
  it("allows nothing with overlays that it does not allow without them", () => {
    fc.assert(
      fc.property(base, overlays, workload, fc.option(fc.constantFrom(...clusters), { nil: undefined }), (alone, more, asked, cluster) => {
        const both = { files: [...alone.files, ...more] };
        fc.pre(problemsOf(both).length === 0);

        expect(problemsOf(alone)).toEqual([]);
        if (isAllowed(both, asked, cluster)) expect(isAllowed(alone, asked, cluster)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it("compiles for each cluster what compiles for all", () => {
    fc.assert(
      fc.property(base, overlays, fc.constantFrom(...clusters, "other"), (alone, more, cluster) => {
        const both = { files: [...alone.files, ...more] };
        fc.pre(problemsOf(both).length === 0);

        expect(() => compile(both, { revision: { lineage: "t", epoch: 1, revision: 1 }, cluster })).not.toThrow();
      }),
      { numRuns: 200 },
    );
  });

  it("judges for a cluster as for all, where the workload is of that cluster", () => {
    fc.assert(
      fc.property(base, overlays, workload, (alone, more, asked) => {
        const both = { files: [...alone.files, ...more] };
        fc.pre(problemsOf(both).length === 0);

        expect(isAllowed(both, asked, asked.cluster)).toBe(isAllowed(both, asked, undefined));
      }),
      { numRuns: 200 },
    );
  });
});
