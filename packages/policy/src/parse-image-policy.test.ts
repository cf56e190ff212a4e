import { describe, expect, it } from "vitest";
import { aBundle, problemsOf } from "./a-bundle.ts";

const head = "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: p }\nspec:\n";

/** Text below `spec:` (which stands on line 4), then code, line, field and a part of the message. */
const mistakes: readonly (readonly [string, string, string, number, string, string])[] = [
  ["an unknown field", "  alow: [x]\n  deny: [y]", "policy-unknown-field", 5, "spec.alow", 'did you mean "allow"?'],
  ["a field that resembles none", "  zzzzzz: 1\n  deny: [y]", "policy-unknown-field", 5, "spec.zzzzzz", 'known are "enforcement"'],
  ["a field that is far too long", `  ${"z".repeat(80)}: 1\n  deny: [y]`, "policy-unknown-field", 5, `spec.${"z".repeat(80)}`, "known are"],
  ["a text where a list belongs", "  allow: x.example/**", "policy-wrong-type", 5, "spec.allow", "must be a list, not a text"],
  ["a map where a list belongs", "  allow: { a: b }", "policy-wrong-type", 5, "spec.allow", "must be a list, not a map"],
  ["nothing where a list belongs", "  allow:\n  deny: [y]", "policy-wrong-type", 5, "spec.allow", "must be a list, not nothing"],
  [
    "a number where a text belongs",
    "  allow:\n    - x.example/a\n    - 7",
    "policy-wrong-type",
    7,
    "spec.allow[1]",
    "the number 7; put it in quotes",
  ],
  ["a truth value where a text belongs", "  deny: [true]", "policy-wrong-type", 5, "spec.deny[0]", "the truth value true"],
  ["a list where a map belongs", "  match: [prod]\n  deny: [y]", "policy-wrong-type", 5, "spec.match", "must be a map"],
  [
    "a text where a truth value belongs",
    "  require: { digest: yes }\n  deny: [y]",
    "policy-wrong-type",
    5,
    "spec.require.digest",
    "must be true or false",
  ],
  ["a list where a text belongs", "  message: []\n  deny: [y]", "policy-wrong-type", 5, "spec.message", "must be a text, not a list"],
  ["an unknown enforcement", "  enforcement: block\n  deny: [y]", "policy-wrong-value", 5, "spec.enforcement", '"deny", "warn", "audit"'],
  ["an empty allow list", "  allow: []", "policy-empty-list", 5, "spec.allow", "is empty"],
  ["a policy without a rule", "  enforcement: deny", "policy-says-nothing", 4, "spec", "asks nothing of any image"],
  ["an empty include", "  match: { namespaces: [] }\n  deny: [y]", "policy-empty-list", 5, "spec.match.namespaces", "matches nothing"],
  [
    "a glob with a question mark",
    '  match: { clusters: ["prod-?"] }\n  deny: [y]',
    "policy-bad-glob",
    5,
    "spec.match.clusters[0]",
    'only wildcard is "*"',
  ],
  ["an empty glob", '  match: { kinds: [""] }\n  deny: [y]', "policy-bad-glob", 5, "spec.match.kinds[0]", "is empty"],
  ["a negated glob", '  match: { namespaces: ["!dev"] }\n  deny: [y]', "policy-bad-glob", 5, "spec.match.namespaces[0]", '"exclude"'],
  ["a number as glob", "  match: { namespaces: [1] }\n  deny: [y]", "policy-wrong-type", 5, "spec.match.namespaces[0]", "must be a text"],
  [
    "an unknown image field",
    "  match: { fields: [container] }\n  deny: [y]",
    "policy-wrong-value",
    5,
    "spec.match.fields[0]",
    'did you mean "containers"?',
  ],
  [
    "an unknown field of a selector",
    "  match: { kinds: { includes: [Pod] } }\n  deny: [y]",
    "policy-unknown-field",
    5,
    "spec.match.kinds.includes",
    '"include"',
  ],
  ["a host alone", "  allow: [registry.internal]", "pattern-host-alone", 5, "spec.allow[0]", 'write "registry.internal/**"'],
  ["an open prefix", '  allow: ["registry.internal*"]', "pattern-open-prefix", 5, "spec.allow[0]", "registry.internal"],
  ["a pattern that is no reference", '  deny: ["a//b"]', "pattern-empty-component", 5, "spec.deny[0]", ""],
  [
    "an unknown placeholder",
    '  deny: [y]\n  message: "no {imgae}"',
    "policy-unknown-placeholder",
    6,
    "spec.message",
    'did you mean "image"?',
  ],
  ["an empty message", '  deny: [y]\n  message: " "', "policy-wrong-value", 6, "spec.message", "is empty"],
  [
    "a message that is too long",
    `  deny: [y]\n  message: ${"x".repeat(1001)}`,
    "policy-wrong-value",
    6,
    "spec.message",
    "longer than 1000",
  ],
  ["a list file that is not there", "  allowFrom: allowd.txt", "policy-list-missing", 5, "spec.allowFrom", 'did you mean "allowed.txt"?'],
  ["a list file that resembles none", "  allowFrom: [other]", "policy-list-missing", 5, "spec.allowFrom[0]", "relative to this file"],
  ["a list file outside the bundle", "  denyFrom: ../x.txt", "policy-list-outside", 5, "spec.denyFrom", "leads out of the policy folder"],
  ["an absolute list file", "  denyFrom: /etc/passwd", "policy-list-outside", 5, "spec.denyFrom", "leads out of the policy folder"],
  ["no name of a list file", "  denyFrom: []", "policy-empty-list", 5, "spec.denyFrom", "names no file"],
  ["a number as list file", "  denyFrom: [7]", "policy-wrong-type", 5, "spec.denyFrom[0]", "must be a text"],
  ["a field that stands twice", "  deny: [y]\n  deny: [z]", "policy-duplicate-key", 6, "", '"deny" stands here twice'],
  ["a name without a value", "  { allow }", "policy-wrong-type", 5, "spec.allow", "must be a list, not nothing"],
  [
    "a text where an include belongs",
    "  match: { kinds: { include: Pod } }\n  deny: [y]",
    "policy-wrong-type",
    5,
    "spec.match.kinds.include",
    "must be a list",
  ],
  ["broken YAML", '  deny: ["y"', "policy-yaml", 5, "", "not valid YAML"],
  ["an unknown tag", "  deny: !secret [y]", "policy-yaml", 5, "", "not valid YAML"],
  ["a key that is a list", "  ? [a]\n  : 1\n  deny: [y]", "policy-unknown-field", 5, "spec.?", "unknown field"],
];

describe("compile of one document", () => {
  it.each(mistakes)("reports %s", (_, text, code, line, field, message) => {
    const problems = problemsOf(aBundle([head + text], { "allowed.txt": "x.example/**" }));

    expect(problems.map((problem) => problem.code)).toContain(code);
    const problem = problems.find((each) => each.code === code);
    expect(problem).toMatchObject({ file: "policies.yaml", line, field });
    expect(problem?.message).toContain(message);
  });

  it("says once what several open brackets are missing at the same place", () => {
    const problems = problemsOf(aBundle([`${head}  {{{\n`]));

    expect(problems.filter(({ code }) => code === "policy-yaml")).toHaveLength(1);
  });

  it.each([
    ["no metadata", "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nspec: { deny: [y] }", "policy-missing-field", "metadata"],
    [
      "no name",
      "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: {}\nspec: { deny: [y] }",
      "policy-missing-field",
      "metadata.name",
    ],
    [
      "metadata that is a text",
      "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: p\nspec: { deny: [y] }",
      "policy-wrong-type",
      "metadata",
    ],
    [
      "a name that is a number",
      "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: 7 }\nspec: { deny: [y] }",
      "policy-wrong-type",
      "metadata.name",
    ],
    [
      "a name with blanks",
      "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: a b }\nspec: { deny: [y] }",
      "policy-wrong-value",
      "metadata.name",
    ],
    ["no spec", "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: p }", "policy-missing-field", "spec"],
    [
      "a spec that is a list",
      "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: p }\nspec: []",
      "policy-wrong-type",
      "spec",
    ],
    ["no kind", "apiVersion: portcullis.dev/v1", "policy-missing-field", "kind"],
    ["a kind that is a map", "apiVersion: portcullis.dev/v1\nkind: {}", "policy-wrong-type", "kind"],
    ["a kind that is not run", "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate", "policy-unknown-kind", "kind"],
    ["no apiVersion", "kind: ImagePolicy\nmetadata: { name: p }\nspec: { deny: [y] }", "policy-missing-field", "apiVersion"],
    [
      "another apiVersion",
      "apiVersion: portcullis.dev/v2\nkind: ImagePolicy\nmetadata: { name: p }\nspec: { deny: [y] }",
      "policy-wrong-value",
      "apiVersion",
    ],
    ["an apiVersion that is a number", "apiVersion: 1\nkind: Bundle\nspec: {}", "policy-wrong-type", "apiVersion"],
    ["a document that is a list", "- a", "policy-wrong-type", ""],
    ["a Bundle without spec", "apiVersion: portcullis.dev/v1\nkind: Bundle", "policy-missing-field", "spec"],
    [
      "a Bundle with an unknown default",
      "apiVersion: portcullis.dev/v1\nkind: Bundle\nspec: { default: maybe }",
      "policy-wrong-value",
      "spec.default",
    ],
    [
      "a Bundle with an unknown field",
      "apiVersion: portcullis.dev/v1\nkind: Bundle\nspec: { shortname: deny }",
      "policy-unknown-field",
      "spec.shortname",
    ],
  ])("reports %s", (_, text, code, field) => {
    const problems = problemsOf(aBundle([text]));

    expect(problems).toContainEqual(expect.objectContaining({ code, field }));
  });
});
