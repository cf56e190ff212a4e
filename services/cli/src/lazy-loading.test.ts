import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

/** Modules that are loaded before a command is known: imports that bring a value, followed through this workspace. */
function loadedFrom(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.startsWith("/")) return seen;
  const imports = readFileSync(file, "utf8").matchAll(/^(?:import|export) (?!type )[^;]*?from "([^"]+)";$/gm);
  for (const [, name = ""] of imports) loadedFrom(name.startsWith(".") ? join(dirname(file), name) : name, seen);
  return seen;
}

it("the help waits for what reads arguments and signals, and not for what single commands need", () => {
  const loaded = [...loadedFrom(join(import.meta.dirname, "main.ts"))];

  expect(loaded).toContain(join(import.meta.dirname, "revision-commands.ts"));
  const packages = loaded.filter((name) => !name.startsWith("/") && !name.startsWith("node:"));
  expect(packages.toSorted()).toEqual(["@portcullis/process/stop-on-signals", "commander"]);
});
