import { hostname, userInfo } from "node:os";
import type { OptionValues } from "./command-definition.ts";
import { settingOf } from "./option-setting.ts";
import type { Terminal } from "./terminal.ts";

/** Who publishes, for people who look at revisions later: what was given, else `user@host`. */
export function publisherOf(options: OptionValues, terminal: Terminal): string {
  return settingOf(options, "publisher", terminal) ?? `${userName(terminal)}@${hostname()}`;
}

function userName({ environment }: Terminal): string {
  const named = environment["USER"] ?? environment["LOGNAME"];
  if (named !== undefined) return named;
  try {
    return userInfo().username;
  } catch {
    // The user of a container may have no name.
    return "unknown";
  }
}
