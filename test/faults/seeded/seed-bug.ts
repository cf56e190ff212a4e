import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { SeededBug, SourceChange } from "./seeded-bugs.ts";

const root = join(import.meta.dirname, "..", "..", "..");

export interface Seeding {
  /** Throws where a file with a change was never loaded. */
  assertSeeded(): void;
}

/**
 * From now on, files of the product are loaded with the bug's changes. Throws while loading where a text to replace does not
 * stand there exactly once, so that a bug cannot silently disappear from code that was rewritten.
 */
export function seedBug({ name, changes }: SeededBug): Seeding {
  const byUrl = Map.groupBy(changes, ({ file }) => pathToFileURL(join(root, file)).href);
  const seeded = new Set<string>();
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const own = byUrl.get(url);
      if (own === undefined) return loaded;
      seeded.add(url);
      return { ...loaded, source: own.reduce(changed, String(loaded.source)) };
    },
  });
  return {
    assertSeeded() {
      const missing = [...byUrl.keys()].filter((url) => !seeded.has(url));
      if (missing.length > 0) throw new Error(`"${name}" was not seeded: nothing loaded ${missing.join(", ")}`);
    },
  };
}

function changed(source: string, { file, from, to }: SourceChange): string {
  const count = source.split(from).length - 1;
  if (count !== 1) throw new Error(`"${file}" holds the text to replace ${count} times, not once: ${from}`);
  return source.replace(from, () => to);
}
