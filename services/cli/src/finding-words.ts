import type { Attack, Lint } from "@portcullis/policy";
import type { FolderProblem } from "@portcullis/policy-bus";
import { describePlace } from "./describe-place.ts";
import { styled, type Terminal } from "./terminal.ts";

/** What keeps policies from being served, with its place. What is wrong with a file or folder as a whole names it itself. */
export function describeMistake(mistake: FolderProblem, terminal: Terminal): string {
  const place = mistake.line === 0 ? "" : `${describePlace(mistake)}: `;
  return `${place}${styled(terminal, "red", mistake.message)} (${mistake.code})\n`;
}

/** A foreign reference that an allow pattern admits. */
export function describeAttack({ file, line, weight, policy, pattern, reference, reason }: Attack, terminal: Terminal): string {
  const kind = weight === "hole" ? styled(terminal, "red", "hole") : styled(terminal, "yellow", "note");
  return `${file}:${line}: ${kind}: policy "${policy}" allows "${pattern}", and so "${reference}": ${reason}\n`;
}

/** What compiles and is probably not meant. */
export function describeAdvice(advice: Lint, terminal: Terminal): string {
  return `${describePlace(advice)}: ${styled(terminal, "yellow", "advice")}: ${advice.message} (${advice.code})\n`;
}
