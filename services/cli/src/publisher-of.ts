import { hostname } from "node:os";
import type { OptionValues } from "./command-definition.ts";
import { settingOf } from "./option-setting.ts";
import type { Terminal } from "./terminal.ts";

/** Who publishes, for people who look at revisions later: what was given, else `user@host`. */
export function publisherOf(options: OptionValues, terminal: Terminal): string {
  const { environment } = terminal;
  return settingOf(options, "publisher", terminal) ?? `${environment["USER"] ?? environment["LOGNAME"] ?? "unknown"}@${hostname()}`;
}
