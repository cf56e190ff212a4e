import { ConfigError } from "@portcullis/config";

/** Flags by name without dashes, from `--name value`, `--name=value` and `--name`. Throws `ConfigError` for anything else. */
export function readArguments(args: readonly string[]): Readonly<Record<string, string | boolean>> {
  const flags: Record<string, string | boolean> = {};
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? "";
    const match = /^--([a-z0-9-]+)(?:=(.*))?$/s.exec(argument);
    if (match === null) {
      throw new ConfigError([{ key: "", origin: argument, message: "is no flag: write --name value, or see --help" }]);
    }
    const [, name = "", value] = match;
    const next = args[at + 1];
    if (value !== undefined) flags[name] = value;
    else if (next === undefined || next.startsWith("--")) flags[name] = true;
    else {
      flags[name] = next;
      at += 1;
    }
  }
  return flags;
}
