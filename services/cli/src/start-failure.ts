import { describeFolderProblem, PolicyFolderError } from "@portcullis/policy-bus";
import { StartError } from "@portcullis/telemetry";
import { CliError } from "./cli-error.ts";

/** What kept `serve` from starting, in the words of its options and with the place of every mistake. */
export function toStartFailure(error: unknown): unknown {
  if (error instanceof StartError) {
    const message = error.message.replace(/\bset ([a-z]+)\.port\b/, "give another with --$1-port (0: any free one)");
    return new StartError(error.code, message, { cause: error });
  }
  if (error instanceof PolicyFolderError && error.code === "policy-folder-invalid") {
    const lines = error.problems.map((problem) => `${describeFolderProblem(problem)} (${problem.code})`);
    const remedy = "the policies do not compile: mend what is named above and start again";
    return new CliError("start-policy-invalid", [...lines, remedy].join("\n"), { cause: error });
  }
  return error;
}
