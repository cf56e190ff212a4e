import type { TObject } from "typebox";
import { expectedValue, quote } from "./expected-value.ts";
import { settingsOf } from "./setting.ts";

/** One setting, for `--help` and `docs/configuration.md`. */
export interface ConfigRow {
  /** `webhook.port`, as in the file. */
  readonly key: string;
  /** `PORTCULLIS_WEBHOOK_PORT` */
  readonly env: string;
  /** `--webhook-port` */
  readonly flag: string;
  /** What it must be, in words. */
  readonly expects: string;
  /** JSON of the default; undefined where there is none. */
  readonly default: string | undefined;
  readonly isRequired: boolean;
  readonly description: string;
}

/** Every setting of a schema, in its order. */
export function describeConfig(schema: TObject): readonly ConfigRow[] {
  return settingsOf(schema).map((setting) => ({
    key: setting.key,
    env: setting.env,
    flag: `--${setting.flag}`,
    expects: expectedValue(setting.schema),
    default: setting.defaultValue === undefined ? undefined : quote(setting.defaultValue),
    isRequired: !setting.isOptional && setting.defaultValue === undefined,
    description: setting.description,
  }));
}

/** The settings of a schema as a Markdown table. */
export function configurationTable(schema: TObject): string {
  const lines = describeConfig(schema).map((row) => {
    const fallback = row.default === undefined ? (row.isRequired ? "required" : "unset") : `\`${row.default}\``;
    return `| \`${row.key}\` | ${fallback} | ${cell(row.description)}. Must be ${cell(row.expects)}. | \`${row.env}\` | \`${row.flag}\` |`;
  });
  return ["| Setting | Default | Meaning | Variable | Flag |", "|---|---|---|---|---|", ...lines].join("\n");
}

function cell(text: string): string {
  return text.replace(/\.$/, "").replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
}
