import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import ts from "typescript";

const root = resolve(import.meta.dirname, "../..");

const Manifest = Type.Object({
  name: Type.String(),
  dependencies: Type.Optional(Type.Record(Type.String(), Type.String())),
  devDependencies: Type.Optional(Type.Record(Type.String(), Type.String())),
});

const Project = Type.Object({ references: Type.Optional(Type.Array(Type.Object({ path: Type.String() }))) });

const Lock = Type.Object({
  packages: Type.Record(Type.String(), Type.Object({ hasInstallScript: Type.Optional(Type.Boolean()) })),
});

/** One workspace: what it declares, and what its files import. Packages by name (`@portcullis/policy`, `fastify`), sorted. */
export interface Workspace {
  readonly name: string;
  readonly folder: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  readonly references: readonly string[];
  readonly productImports: readonly string[];
  readonly testImports: readonly string[];
}

/** Every workspace below `packages/` and `services/`. */
export function readWorkspaces(): readonly Workspace[] {
  return globSync("{packages,services}/*/package.json", { cwd: root }).map((file) => readWorkspace(dirname(file)));
}

/** Packages that the files of a folder import; those that Node brings are left out. */
export function importsOf(folder: string, isWanted: (file: string) => boolean): readonly string[] {
  const files = globSync("**/*.{ts,mjs}", { cwd: join(root, folder), exclude: ["**/node_modules/**", "**/dist/**"] });
  const specifiers = files.filter(isWanted).flatMap((file) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(root, folder, file), "utf8"), true, true);
    return importedFiles.map(({ fileName }) => fileName);
  });
  return unique(specifiers.filter((name) => !name.startsWith(".") && !name.startsWith("node:")).map(packageName));
}

/** The workspaces that a folder's tsconfig.json refers to, by name. */
export function referencesOf(folder: string): readonly string[] {
  const file = join(root, folder, "tsconfig.json");
  const project = Value.Parse(Project, JSON.parse(readFileSync(file, "utf8")));
  const folders = (project.references ?? []).map(({ path }) => join(root, folder, path));
  return unique(folders.filter((path) => existsSync(join(path, "package.json"))).map((path) => readManifest(relative(root, path)).name));
}

export function readManifest(folder: string): Static<typeof Manifest> {
  return Value.Parse(Manifest, JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")));
}

/** Names of the installed packages that ask npm to run something of theirs. */
export function packagesWithInstallScript(): readonly string[] {
  const { packages } = Value.Parse(Lock, JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));
  const withScript = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
  return withScript.map(([path]) => path.replace(/^.*node_modules\//, ""));
}

function readWorkspace(folder: string): Workspace {
  const manifest = readManifest(folder);
  const isTest = (file: string) => /\.test\.ts$|-(contract|fixture|under-test)\.ts$/.test(file);
  return {
    name: manifest.name,
    folder,
    dependencies: Object.keys(manifest.dependencies ?? {}).toSorted(),
    devDependencies: Object.keys(manifest.devDependencies ?? {}).toSorted(),
    references: referencesOf(folder),
    productImports: importsOf(folder, (file) => !isTest(file)),
    testImports: importsOf(folder, isTest),
  };
}

function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted();
}
