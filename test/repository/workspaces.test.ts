import { describe, expect, it } from "vitest";
import { importsOf, packagesWithInstallScript, readManifest, readWorkspaces, referencesOf } from "./workspaces.ts";

const isOurs = (name: string) => name.startsWith("@portcullis/");
const rootDevDependencies = Object.keys(readManifest(".").devDependencies ?? {});

/** Imported by a library we import, and so declared without an import of our own. */
const importedByOthers = ["@bufbuild/protobuf", "reflect-metadata"];

/** Packages whose install script only warns or saves a few milliseconds at start: they work where npm runs no script. */
const dispensableInstallScripts = ["@bufbuild/buf", "protobufjs"];

describe.each(readWorkspaces())("workspace $name", (workspace) => {
  it("declares as dependencies exactly the packages that its product files import", () => {
    const declared = workspace.dependencies.filter((name) => !importedByOthers.includes(name));
    const imported = workspace.productImports.filter((name) => !importedByOthers.includes(name) && name !== workspace.name);

    expect(declared).toEqual(imported);
  });

  it("declares what only its tests import as development dependencies, or has it from the root", () => {
    const known = [...workspace.dependencies, ...workspace.devDependencies, ...rootDevDependencies, workspace.name];

    expect(workspace.testImports.filter((name) => !known.includes(name))).toEqual([]);
    expect(workspace.devDependencies.filter((name) => !workspace.testImports.includes(name))).toEqual([]);
  });

  it("refers in tsconfig.json to exactly the workspaces that it declares", () => {
    expect(workspace.references).toEqual([...workspace.dependencies, ...workspace.devDependencies].filter(isOurs).toSorted());
  });
});

describe.each(["test", "scripts"])("folder %s", (folder) => {
  it("imports only packages that the root declares", () => {
    const imported = importsOf(folder, () => true).filter((name) => !isOurs(name));

    expect(imported.filter((name) => !rootDevDependencies.includes(name))).toEqual([]);
  });

  it("refers in tsconfig.json to every workspace that it imports", () => {
    const imported = importsOf(folder, () => true).filter(isOurs);
    const references = referencesOf(folder);

    expect(imported.filter((name) => !references.includes(name))).toEqual([]);
  });
});

describe("package-lock.json", () => {
  it("holds no package that needs an install script", () => {
    const withScript = packagesWithInstallScript();

    expect(withScript.filter((name) => !dispensableInstallScripts.includes(name))).toEqual([]);
  });
});
