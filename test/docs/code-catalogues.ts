import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A list of codes that a package or service exports as `…Codes`. */
export interface CodeCatalogue {
  readonly name: string;
  readonly file: string;
  readonly codes: readonly string[];
}

/** Every catalogue below `packages/` and `services/`, found by its name, so that a new one cannot be forgotten. */
export async function findCodeCatalogues(root: string): Promise<readonly CodeCatalogue[]> {
  const files = globSync("{packages,services}/*/src/**/*.ts", { cwd: root, exclude: ["**/*.test.ts", "**/main.ts"] });
  const catalogues = await Promise.all(files.map((file) => cataloguesOf(root, file)));
  return catalogues.flat().sort((a, b) => a.file.localeCompare(b.file));
}

async function cataloguesOf(root: string, file: string): Promise<readonly CodeCatalogue[]> {
  const names = [...readFileSync(join(root, file), "utf8").matchAll(/^export const (\w*[cC]odes)\b/gm)].map(([, name = ""]) => name);
  if (names.length === 0) return [];
  const module: Record<string, unknown> = await import(pathToFileURL(join(root, file)).href);
  return names.map((name) => ({ name, file, codes: toCodes(module[name]) }));
}

function toCodes(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
