import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serveSchema } from "@portcullis/cli";
import { configurationTable } from "@portcullis/config";
import { controlSchema } from "@portcullis/control/config";
import { decisionSchema } from "@portcullis/decision/config";
import { webhookSchema } from "@portcullis/webhook/config";

const schemas = { serve: serveSchema, webhook: webhookSchema, decision: decisionSchema, control: controlSchema } as const;

const page = "docs/configuration.md";

/** `docs/configuration.md` with the table of each program made anew between its two marks; the words around are written by hand. */
export function configurationReference(root: string): string {
  const text = readFileSync(join(root, page), "utf8");
  return Object.entries(schemas).reduce((result, [name, schema]) => {
    const [begin, end] = marks(name);
    const [from, to] = [result.indexOf(begin), result.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`"${page}" has no lines "${begin}" and "${end}": the table of settings goes between them`);
    return `${result.slice(0, from + begin.length)}\n\n${configurationTable(schema)}\n\n${result.slice(to)}`;
  }, text);
}

function marks(name: string): readonly [begin: string, end: string] {
  return [`<!-- settings of ${name}: made by \`npm run generate\` -->`, `<!-- end of the settings of ${name} -->`];
}
