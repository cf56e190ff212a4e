import { CliError } from "./cli-error.ts";
import { type OptionValues, textOption } from "./command-definition.ts";

/** The value of an option as a whole number from 1 on; undefined where it was not given. Throws `CliError`. */
export function numberOption(options: OptionValues, name: string): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new CliError("cli-usage", `--${name} "${text}" is no whole number from 1 on`);
}

/** The value of an option in seconds, as milliseconds. Throws `CliError`. */
export function secondsOption(options: OptionValues, name: string): number | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (/^\d{1,9}(\.\d{1,3})?$/.test(text) && seconds > 0) return seconds * 1_000;
  throw new CliError("cli-usage", `--${name} "${text}" is no number of seconds above 0`);
}
