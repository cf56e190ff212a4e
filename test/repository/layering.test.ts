import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { layeringRules, layeringViolations, mayImport, mayImportPackage } from "./layering.ts";

const root = resolve(import.meta.dirname, "../..");

/** For each kind of rule, files that break it and nothing else. Paths are those of the repository. */
const violations: readonly { readonly rule: string; readonly files: Readonly<Record<string, string>> }[] = [
  {
    rule: "no-cycles",
    files: {
      "packages/policy/src/a.ts": 'export { b } from "./b.ts";',
      "packages/policy/src/b.ts": 'export { a } from "./a.ts"; export const b = 1;',
    },
  },
  { rule: "no-unknown-modules", files: { "packages/policy/src/a.ts": 'import "./nowhere.ts";' } },
  {
    rule: "no-test-code-in-products",
    files: { "packages/policy/src/a.ts": 'import "./a.test.ts";', "packages/policy/src/a.test.ts": "export {};" },
  },
  { rule: "pure packages/image-ref", files: { "packages/image-ref/src/a.ts": 'import "node:fs";' } },
  { rule: "pure packages/nearest-name", files: { "packages/nearest-name/src/a.ts": 'import "node:os";' } },
  { rule: "pure packages/policy", files: { "packages/policy/src/a.ts": 'import "node:crypto";' } },
  { rule: "package fastify", files: { "services/decision/src/a.ts": 'import "fastify";' } },
  { rule: "package @grpc/grpc-js", files: { "services/webhook/src/a.ts": 'import "@grpc/grpc-js";' } },
  { rule: "package prom-client", files: { "packages/wire/src/a.ts": 'import "prom-client";' } },
  { rule: "package pino", files: { "services/decision/src/a.ts": 'import "pino";' } },
  { rule: "package @nats-io/transport-node", files: { "packages/policy-bus/src/a.ts": 'import "@nats-io/transport-node";' } },
  { rule: "package @peculiar/x509", files: { "services/cli/src/a.ts": 'import "@peculiar/x509";' } },
  { rule: "package lru-cache", files: { "services/webhook/src/a.ts": 'import "lru-cache";' } },
  { rule: "package typebox", files: { "packages/pki/src/a.ts": 'import "typebox";' } },
  { rule: "package commander", files: { "services/webhook/src/a.ts": 'import "commander";' } },
  ...Object.keys(mayImport).map((workspace) => {
    const other = workspace === "services/cli" ? "packages/api-server-simulator" : "services/cli";
    return {
      rule: `workspace ${workspace}`,
      files: { [`${workspace}/src/a.ts`]: `import "../../../${other}/src/b.ts";`, [`${other}/src/b.ts`]: "export {};" },
    };
  }),
];

const scratch: string[] = [];
afterAll(async () => {
  await Promise.all(scratch.map((folder) => rm(folder, { recursive: true, force: true })));
});

describe("layeringRules", () => {
  it("hold for every file of the repository", async () => {
    const found = await layeringViolations(root, ["packages", "services", "test", "scripts"]);

    expect(found.map(({ rule, from, to }) => `${rule.name}: ${from} imports ${to}`)).toEqual([]);
  });

  it("name every workspace", async () => {
    const folders = await Promise.all(
      ["packages", "services"].map(async (kind) => (await readdir(join(root, kind))).map((name) => `${kind}/${name}`)),
    );

    expect(Object.keys(mayImport).toSorted()).toEqual(folders.flat().toSorted());
  });

  it("are each broken by an example below", () => {
    expect(layeringRules.map(({ name }) => name).toSorted()).toEqual(violations.map(({ rule }) => rule).toSorted());
  });

  it.each(violations)("catch a violation of: $rule", async ({ rule, files }) => {
    const folder = await writeExample(files);

    const found = await layeringViolations(folder, ["packages", "services"]);

    expect(found.map((violation) => violation.rule.name)).toContain(rule);
  });
});

/** A repository of these files only, in which every npm package that they import is an empty one. */
async function writeExample(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "layering-"));
  scratch.push(folder);
  const npmPackages = Object.keys(mayImportPackage).map((name): [string, string] => [`node_modules/${name}/index.js`, "export {};"]);
  for (const kind of ["packages", "services"]) await mkdir(join(folder, kind));
  for (const [path, text] of [...Object.entries(files), ...npmPackages]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}
