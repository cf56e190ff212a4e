import { parseArguments } from "./program.ts";
import { type ExitStatus, OutputClosedError, type Terminal } from "./terminal.ts";

/** Runs what the arguments ask for and says in one sentence why there is no answer, where there is none. */
export async function run(args: readonly string[], version: string, terminal: Terminal): Promise<ExitStatus> {
  try {
    const parsed = await parseArguments(args, version);
    if (parsed.command === undefined) {
      if (parsed.out !== "") await terminal.print(parsed.out);
      if (parsed.error !== "") terminal.printError(parsed.error);
      return parsed.exitStatus;
    }
    const runCommand = await parsed.command.load();
    return await runCommand(parsed.invocation, terminal);
  } catch (error) {
    if (!(error instanceof OutputClosedError)) terminal.printError(describeFailure(error, terminal.environment));
    return 2;
  }
}

/**
 * One sentence and its code. An error without a code of ours is a mistake of this program; its stack is kept for
 * `PORTCULLIS_DEBUG=1`, since it tells a user nothing.
 */
export function describeFailure(error: unknown, environment: Terminal["environment"]): string {
  if (!(error instanceof Error)) return `portcullis: ${String(error)} (cli-internal)\n`;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (/^[a-z]+(-[a-z0-9]+)+$/.test(code)) return `${prefixed(error.message.trimEnd())} (${code})\n`;
  const isDebug = (environment["PORTCULLIS_DEBUG"] ?? "") !== "";
  const remedy = isDebug ? `\n${error.stack ?? ""}` : "; please report it with what PORTCULLIS_DEBUG=1 adds";
  return `portcullis: a mistake in this program: ${error.message}${remedy} (cli-internal)\n`;
}

/** Some errors list several mistakes, one per line. */
function prefixed(message: string): string {
  return message.replaceAll(/^(?!portcullis: )/gm, "portcullis: ");
}
