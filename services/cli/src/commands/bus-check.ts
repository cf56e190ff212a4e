import type { LogWeakness } from "@portcullis/policy-bus";
import { isJson, type RunCommand } from "../command-definition.ts";
import { withRevisionLog } from "../open-revision-log.ts";
import { styled, type Terminal } from "../terminal.ts";

/** `portcullis bus check`. */
export const busCheck: RunCommand = ({ options }, terminal) =>
  withRevisionLog(options, terminal, async (log) => {
    const weaknesses = await log.selfCheck();
    await terminal.print(isJson(options) ? `${JSON.stringify({ weaknesses })}\n` : describeWeaknesses(weaknesses, terminal));
    return weaknesses.length === 0 ? 0 : 1;
  });

/** One line each, or that there is none. */
export function describeWeaknesses(weaknesses: readonly LogWeakness[], terminal: Terminal): string {
  if (weaknesses.length === 0) return "the servers keep what revisions count on\n";
  return weaknesses.map(({ code, message }) => `${styled(terminal, "yellow", "weakness")}: ${message} (${code})\n`).join("");
}
