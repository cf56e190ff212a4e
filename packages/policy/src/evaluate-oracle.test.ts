import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aBundle, aPod, aPolicy } from "./a-bundle.ts";
import { findingsOf, type Settings, type Spec } from "./a-second-reading.ts";
import { compile } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { imageFields } from "./workload.ts";

const digest = `@sha256:${"1".repeat(64)}`;
const patterns = [
  ...["**", "**/x", "**/x/*", "**:latest", `**${digest}`, "nginx", "nginx:1.*", "library/**", "docker.io/**", "docker.io/acme/*", "acme/x"],
  ...["a.b/**", "a.b/x", "a.b/x:1.*", "a.b/x*/**", `a.b/x${digest}`, "*.a.b/**", "a*.a.b:443/x", "a.b:5000/**", "a.b:080/**", "Foo/x"],
  ...[
    "registry-1.docker.io/*",
    "*.docker.io/nginx",
    "DOCKER.IO/nginx",
    "index.docker.io/nginx",
    "localhost/**",
    "10.0.0.1/**",
    "[::1]:5000/x",
    "*/x".replace("*", "x*.b"),
  ],
];
const images = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          "",
          "",
          "library/",
          "docker.io/",
          "Docker.io/",
          "INDEX.docker.io/library/",
          "registry-1.docker.io/",
          "registry.hub.docker.com:0443/",
          "a.b/",
          "A.b/",
          "a.b:443/",
          "a.b:05000/",
          "c.a.b/",
          "a.a.b:80/",
          "xy.b/",
          "FOO/",
          "localhost/",
          "10.0.0.1:80/",
          "[::FFFF:a00:1]/",
          "[0::0:1]:5000/",
          "012.1/",
          "a.b.evil/",
        ),
        fc.constantFrom("nginx", "x", "acme/x", "library/nginx", "x/y", "xa/x/y", "docker.io/x"),
        fc.constantFrom("", "", ":latest", ":1.2", ":1.", ":2"),
        fc.constantFrom("", "", digest, `@sha256:${"2".repeat(64)}`),
      )
      .map((parts) => parts.join("")),
  },
  fc.constantFrom(
    "",
    "a b",
    "a.b./x",
    "a_b.c/x",
    "user@a.b/x",
    "https://a.b/x",
    "A.B/X",
    `sha256:${"1".repeat(64)}`,
    "1".repeat(64),
    "a.b//x",
    "a.b:/x",
    `x@sha256:1`,
  ),
);
const some = <T>(...values: readonly T[]) => fc.subarray([...values], { minLength: 1, maxLength: 3 });
const selector = (...names: readonly string[]) =>
  fc.record({ include: some("*", ...names), exclude: fc.subarray([...names], { maxLength: 1 }) }, { requiredKeys: [] });
const match = fc.record(
  {
    clusters: selector("default", "prod-*"),
    namespaces: selector("kube-*", "shop"),
    kinds: selector("Pod", "Deployment"),
    fields: selector("containers", "init*", "imageVolumes"),
  },
  { requiredKeys: [] },
);
const rules = fc.record(
  {
    allow: some(...patterns),
    deny: some(...patterns),
    except: some(...patterns),
    require: fc.record({ digest: fc.boolean(), tag: fc.constant({ forbid: ["latest", "1.*"] }) }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const policy: fc.Arbitrary<Spec> = fc
  .tuple(fc.constantFrom("deny" as const, "deny" as const, "warn" as const, "audit" as const), match, rules)
  .map(([enforcement, where, what]) => ({
    enforcement,
    match: where,
    ...(what.allow || what.require?.tag ? {} : { deny: ["zzz"] }),
    ...what,
  }));
const settings: fc.Arbitrary<Settings> = fc.record(
  { default: fc.constantFrom("allow" as const, "deny" as const), shortNames: fc.constantFrom("dockerHub" as const, "deny" as const) },
  { requiredKeys: [] },
);
const workload = fc
  .record({
    cluster: fc.constantFrom("default", "prod-1"),
    namespace: fc.constantFrom("kube-system", "shop", ""),
    kind: fc.constantFrom("Pod", "Pod", "Deployment"),
    group: fc.constantFrom("", "", "apps"),
    operation: fc.constantFrom("CREATE" as const, "CREATE" as const, "UPDATE" as const, "CONNECT" as const, "DELETE" as const),
    imagesUnchanged: fc.constantFrom(false, false, false, true),
    images: fc.array(fc.record({ image: images, field: fc.constantFrom(...imageFields, "any" as const), container: fc.constant("c") }), {
      minLength: 1,
      maxLength: 3,
    }),
  })
  .map(({ images: listed, ...others }) => aPod(listed, others));

describe("evaluate", () => {
  it("decides as a second reading of the policy language does", () => {
    fc.assert(
      fc.property(fc.array(policy, { minLength: 1, maxLength: 4 }), settings, workload, (policies, spec, asked) => {
        const documents = policies.map((fields, index) => aPolicy({ ...fields, name: `p${index}` }));
        const bundle = aBundle([...documents, JSON.stringify({ apiVersion: "portcullis.dev/v1", kind: "Bundle", spec })]);

        const decision = evaluate(compile(bundle, { revision: { lineage: "t", epoch: 1, revision: 1 } }), asked);

        const expected = findingsOf(policies, spec, asked);
        const denials = decision.verdict === "deny" ? decision.denials : [];
        const found = { deny: denials, warn: decision.warnings, audit: decision.audited };
        for (const enforcement of ["deny", "warn", "audit"] as const) {
          const names = found[enforcement].map(({ image, policy: by }) => `${image} ${by}`);
          expect([...new Set(names)].sort()).toEqual([...expected[enforcement]].sort());
        }
      }),
      { numRuns: 1000 },
    );
  });
});
