import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { serveSchema } from "@portcullis/cli";
import { configurationTable } from "@portcullis/config";

const schemas = { serve: serveSchema } as const;

const page = "docs/configuration.md";

/** `docs/configuration.md` with the table of each program made anew between its two marks; the words around are written by hand. */
export function configurationReference(root: string): string {
  const text = existsSync(join(root, page)) ? readFileSync(join(root, page), "utf8") : emptyPage();
  return Object.entries(schemas).reduce((result, [name, schema]) => {
    const [begin, end] = marks(name);
    const [from, to] = [result.indexOf(begin), result.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`"${page}" has no lines "${begin}" and "${end}": the table of settings goes between them`);
    return `${result.slice(0, from + begin.length)}\n\n${configurationTable(schema)}\n\n${result.slice(to)}`;
  }, text);
}

function emptyPage(): string {
  const sections = Object.keys(schemas).map((name) => `## ${name}\n\n${marks(name).join("\n")}\n`);
  return ["# Configuration\n", ...sections].join("\n");
}

function marks(name: string): readonly [begin: string, end: string] {
  return [`<!-- settings of ${name}: made by \`npm run generate\` -->`, `<!-- end of the settings of ${name} -->`];
}
