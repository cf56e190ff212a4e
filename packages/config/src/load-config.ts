import type { Static, TObject } from "typebox";
import { Value } from "typebox/value";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { expectedValue, quote } from "./expected-value.ts";
import type { GivenValue, GivenValues } from "./given-value.ts";
import { readFile } from "./read-file.ts";
import { readEnvironment, readFlags } from "./read-named.ts";
import { type Setting, settingsOf } from "./setting.ts";

/** Where values come from. A flag beats the environment, which beats the file, which beats the default. */
export interface ConfigSources<Config> {
  readonly file?: { readonly path: string; readonly text: string } | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By name without dashes: `{ "webhook-port": "8443" }`; `true` for a flag without a value. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  /** `PORTCULLIS_…` variables that are no settings, such as the one that names the file. */
  readonly otherVariables?: readonly string[];
  /** Rules over several settings; run once every single one is right. Each problem names the key it is reported at. */
  readonly check?: (config: Readonly<Config>) => readonly { readonly key: string; readonly message: string }[];
}

/** The validated configuration, frozen to the leaves; throws `ConfigError` with every mistake of every source. */
export function loadConfig<Schema extends TObject>(schema: Schema, sources: ConfigSources<Static<Schema>>): Readonly<Static<Schema>> {
  const settings = settingsOf(schema);
  const given = [
    readFlags(sources.flags, settings),
    readEnvironment(sources.env, settings, sources.otherVariables ?? []),
    ...(sources.file === undefined ? [] : [readFile(sources.file, settings)]),
  ];
  const problems = given.flatMap((source) => source.problems);
  const config: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  for (const setting of settings) {
    const { value, origin } = givenTo(setting, given);
    origins.set(setting.key, origin);
    // A file that cannot be read at all would make every required setting look missing.
    if (value === undefined && given.some((source) => source.isUnreadable === true)) continue;
    problems.push(...problemsOf(setting, value, origin));
    place(config, setting.key.split("."), value);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  if (!Value.Check(schema, config)) throw new ConfigError(Value.Errors(schema, config).map(toProblem));
  const broken = (sources.check?.(config) ?? []).map(({ key, message }) => ({ key, origin: origins.get(key) ?? "", message }));
  if (broken.length > 0) throw new ConfigError(broken);
  return deepFreeze(config);
}

function givenTo({ key, defaultValue }: Setting, given: readonly GivenValues[]): GivenValue {
  for (const { values } of given) {
    const found = values.get(key);
    if (found !== undefined) return found;
  }
  return defaultValue === undefined ? { value: undefined, origin: "" } : { value: structuredClone(defaultValue), origin: "default" };
}

function problemsOf({ key, env, flag, schema, isOptional }: Setting, value: unknown, origin: string): readonly ConfigProblem[] {
  if (value === undefined) {
    if (isOptional) return [];
    return [
      { key, origin, message: `is required: write it in the file, set ${env}, or pass --${flag}; it must be ${expectedValue(schema)}` },
    ];
  }
  if (Value.Check(schema, value)) return [];
  const places = new Set(Value.Errors(schema, value).map((error) => error.instancePath.replaceAll("/", ".").replace(/^\./, "")));
  const where = [...places].filter((place) => place !== "").slice(0, 3);
  const at = where.length === 0 ? "" : ` (wrong at ${where.join(", ")})`;
  return [{ key, origin, message: `${quote(value)} is not possible${at}: it must be ${expectedValue(schema)}` }];
}

function toProblem({ instancePath, message }: { readonly instancePath: string; readonly message: string }): ConfigProblem {
  return { key: instancePath.slice(1).replaceAll("/", "."), origin: "", message };
}

function place(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    if (value !== undefined) target[name] = value;
    return;
  }
  const group = target[name];
  const child: Record<string, unknown> = isRecord(group) ? group : {};
  target[name] = child;
  place(child, rest, value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
