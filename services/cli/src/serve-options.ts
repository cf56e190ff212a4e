import { describeConfig } from "@portcullis/config";
import type { OptionDefinition } from "./command-definition.ts";
import { serveSchema } from "./serve-config.ts";

/** What the value of an option is called in the help, where the last word of its name does not say it. */
const valueNames: Readonly<Record<string, string>> = {
  "--policies": "<path...>",
  "--data-dir": "<folder>",
  "--webhook-callers": "<json>",
  "--webhook-unauthenticated-clusters": "<name,…>",
  "--webhook-paths-image-review": "<path>",
  "--webhook-paths-validate": "<path>",
  "--webhook-when-undecided-image-review": "<mode>",
  "--webhook-when-undecided-validate": "<mode>",
  "--webhook-unknown-image-lists": "<mode>",
};

/** One option per setting, so that the help, the file and the environment never differ. */
export function serveOptions(): readonly OptionDefinition[] {
  const settings = describeConfig(serveSchema).map(({ flag, description, default: fallback }) => ({
    flags: `${flag} ${valueNames[flag] ?? `<${flag.split("-").at(-1)}>`}`,
    description: fallback === undefined || fallback === "[]" ? description : `${description} (default: ${fallback})`,
  }));
  return [...settings, { flags: "--config <file>", description: "file with these settings, YAML or JSON" }];
}
