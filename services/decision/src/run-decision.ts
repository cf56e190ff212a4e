import { BusStartError } from "@portcullis/bus-access";
import { PkiError } from "@portcullis/pki";
import { describeFolderProblem, PolicyFolderError, RevisionLogError, SigningError } from "@portcullis/policy-bus";
import { runService, type Surroundings } from "@portcullis/process";
import { checkDecisionConfig, decisionSchema } from "./config.ts";
import { startDecision } from "./start-decision.ts";

const closeTimeoutMs = 5_000;

/** Runs the decision service until it is told to stop. Resolves with the exit status: 0, or 2 after what was wrong and what to do. */
export function runDecision(surroundings: Surroundings): Promise<0 | 2> {
  return runService(
    {
      name: "decision",
      schema: decisionSchema,
      check: checkDecisionConfig,
      telemetry: ({ logLevel }) => ({ logLevel }),
      shutdownTimeoutMs: ({ decision: { drainDelayMs, drainTimeoutMs } }) => drainDelayMs + 2 * drainTimeoutMs + closeTimeoutMs,
      start: startDecision,
      explain,
    },
    surroundings,
  );
}

const expected = [PkiError, SigningError, BusStartError, RevisionLogError];

function explain(error: unknown): string | undefined {
  if (error instanceof Error && expected.some((known) => error instanceof known)) return error.message;
  if (!(error instanceof PolicyFolderError)) return undefined;
  if (error.code !== "policy-folder-invalid") return error.message;
  const lines = error.problems.map((problem) => `  ${describeFolderProblem(problem)} (${problem.code})`);
  return ["the policies do not compile; mend what follows and start again", ...lines].join("\n");
}
