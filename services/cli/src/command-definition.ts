import type { ExitStatus, Terminal } from "./terminal.ts";

export interface ArgumentDefinition {
  /** As commander writes it: `<ref>`, `[ref…]` without the dots: `[ref...]`. */
  readonly syntax: string;
  readonly description: string;
}

export interface OptionDefinition {
  /** As commander writes it: `--policies <path...>`. */
  readonly flags: string;
  readonly description: string;
  /** Shown in the help and applied when the option is absent. */
  readonly defaultValue?: string;
  readonly choices?: readonly string[];
  readonly isRequired?: boolean;
  /** Takes one value each time it is written, and keeps them all: unlike `<path...>`, it leaves arguments behind it alone. */
  readonly isRepeatable?: boolean;
}

export interface Example {
  readonly command: string;
  /** What it does, as a short clause. */
  readonly note: string;
}

/** Options by their long name, without dashes, as written: `{ "policies": ["a", "b"], "output": "json" }`. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Invocation {
  readonly arguments: readonly string[];
  readonly options: OptionValues;
}

export type RunCommand = (invocation: Invocation, terminal: Terminal) => Promise<ExitStatus>;

/** One command as data: help, completion, reference pages and the parser are all made from it. */
export interface CommandDefinition {
  /** `decide`, or `image parse` for a command in a group. */
  readonly name: string;
  readonly summary: string;
  /** What the reader of `--help` has to know beyond the summary, exit statuses where they differ in meaning. */
  readonly description: string;
  readonly arguments: readonly ArgumentDefinition[];
  readonly options: readonly OptionDefinition[];
  /** Options that cost time to know, such as those made from a configuration schema. */
  readonly loadOptions?: () => Promise<readonly OptionDefinition[]>;
  readonly examples: readonly Example[];
  /** Loads the code: `--help` must not wait for it. */
  readonly load: () => Promise<RunCommand>;
}

/** Options of a command, those included that have to be loaded. */
export async function allOptions(command: CommandDefinition): Promise<readonly OptionDefinition[]> {
  return command.loadOptions === undefined ? command.options : [...(await command.loadOptions()), ...command.options];
}

/** `policies` of `-p, --policies <path...>`. */
export function longName({ flags }: OptionDefinition): string {
  return /--([a-z0-9-]+)/.exec(flags)?.[1] ?? flags;
}

/** The option's value where it is one text; undefined where it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** The values of an option that may be given several times or with several values. */
export function listOption(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** The values of an option that may be given several times, with several values that commas separate. */
export function commaListOption(options: OptionValues, name: string): readonly string[] {
  return splitAtCommas(listOption(options, name));
}

/** `["a,b", "c"]` as `["a", "b", "c"]`. */
export function splitAtCommas(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => value.split(",")).flatMap((value) => (value.trim() === "" ? [] : [value.trim()]));
}

/** Whether the caller asked for answers that programs read. */
export function isJson(options: OptionValues): boolean {
  return options["output"] === "json";
}
