import { variableOf } from "./bus-options.ts";
import { listOption, type OptionValues, splitAtCommas, textOption } from "./command-definition.ts";
import type { Terminal } from "./terminal.ts";

/** An option's value, or that of its variable in the environment; undefined where both are absent or empty. */
export function settingOf(options: OptionValues, name: string, { environment }: Terminal): string | undefined {
  const value = textOption(options, name) ?? environment[variableOf(name)];
  return value === "" ? undefined : value;
}

/** The values of an option that may stand several times, or else those of its variable, which separates them by commas. */
export function settingsOf(options: OptionValues, name: string, { environment }: Terminal): readonly string[] {
  const given = listOption(options, name);
  return given.length > 0 ? given : splitAtCommas([environment[variableOf(name)] ?? ""]);
}
