import { describeConfig } from "@portcullis/config";
import type { TObject } from "typebox";

/** What `--help` prints: every setting with what it must be and its default. */
export function helpText(name: string, schema: TObject): string {
  const settings = describeConfig(schema).map(({ flag, expects, default: preset, description }) => {
    const fallback = preset === undefined ? "" : ` (default ${preset})`;
    return `  ${flag}\n      ${description}; ${expects}${fallback}\n`;
  });
  return `Usage: ${name} [--config FILE] [--SETTING VALUE]…\n\nSettings, also in FILE and as PORTCULLIS_… variables:\n${settings.join("")}`;
}
