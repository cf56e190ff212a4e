import {
  explainMatch,
  formatImageReference,
  isPatternProblem,
  isReferenceProblem,
  type MatchMode,
  parseImageReference,
  parseReferencePattern,
  type ReferencePattern,
} from "@portcullis/image-ref";
import { CliError } from "../cli-error.ts";
import { isJson, type RunCommand } from "../command-definition.ts";
import { styled, type Terminal } from "../terminal.ts";

interface Match {
  readonly pattern: string;
  readonly input: string;
  readonly mode: MatchMode;
  readonly matches: boolean;
  /** Empty where the input is no reference. */
  readonly canonical: string;
  readonly reasons: readonly string[];
}

/** `portcullis image match`. */
export const imageMatch: RunCommand = async ({ arguments: [pattern = "", ...references], options }, terminal) => {
  const mode: MatchMode = options["as"] === "deny" ? "deny" : "allow";
  const parsed = parseReferencePattern(pattern);
  const asJson = isJson(options);
  if (isPatternProblem(parsed)) {
    if (!asJson) throw new CliError(parsed.problem, `"${pattern}" is no pattern: ${parsed.message}`);
    await terminal.print(`${JSON.stringify({ pattern, ok: false, problem: parsed.problem, message: parsed.message })}\n`);
    return 2;
  }
  const matches = references.map((input) => match(parsed, { pattern, input, mode }));
  await terminal.print(matches.map((one) => (asJson ? `${JSON.stringify(one)}\n` : describe(one, terminal))).join(""));
  return matches.every((one) => one.matches) ? 0 : 1;
};

function match(parsed: ReferencePattern, asked: Pick<Match, "pattern" | "input" | "mode">): Match {
  const reference = parseImageReference(asked.input);
  if (isReferenceProblem(reference))
    return { ...asked, matches: false, canonical: "", reasons: [`no image reference: ${reference.message}`] };
  const { matches, reasons } = explainMatch(parsed, reference, asked.mode);
  return { ...asked, matches, canonical: formatImageReference(reference), reasons };
}

function describe({ input, canonical, pattern, mode, matches, reasons }: Match, terminal: Terminal): string {
  const verdict = matches ? styled(terminal, "green", "matches") : styled(terminal, "red", "does not match");
  const reading = canonical === "" || canonical === input ? "" : ` (read as ${canonical})`;
  const lines = reasons.map((reason) => `  ${reason}\n`).join("");
  return `${styled(terminal, "bold", input)}${reading} ${verdict} ${pattern} as ${mode}\n${lines}`;
}
