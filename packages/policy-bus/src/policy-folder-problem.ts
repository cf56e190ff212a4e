import { describePolicyProblem, type PolicyProblem } from "@portcullis/policy";

/** Codes of files that cannot become a bundle, beside those `compile` finds in them; explained in `docs/errors.md`. */
export const policyFolderCodes = [
  "policy-folder-missing",
  "policy-folder-unreadable",
  "policy-folder-empty",
  "policy-folder-invalid",
  "policy-unreadable-file",
  "policy-not-utf8",
  "policy-oversized-file",
  "policy-file-twice",
  "policy-oversized-folder",
] as const;
export type PolicyFolderCode = (typeof policyFolderCodes)[number];

/** One mistake in a policy folder: in what a file says, as `compile` found it, or in the file itself. */
export interface FolderProblem extends Omit<PolicyProblem, "code"> {
  readonly code: PolicyProblem["code"] | PolicyFolderCode;
  /** Where it stands, as reached from the paths that were given: `policies/a.yaml`. */
  readonly file: string;
  /** Counted from 1; 0 where the file or folder as a whole is meant, which `message` then names. */
  readonly line: number;
}

/** One line for people: `policies/a.yaml:7: spec.allow[2]: …`, or `"policies" does not exist; …`. */
export function describeFolderProblem(problem: FolderProblem): string {
  return problem.line === 0 ? problem.message : describePolicyProblem(problem);
}

/** The files hold no bundle that can be served. `problems` lists every mistake; the message is complete, for people. */
export class PolicyFolderError extends Error {
  override readonly name = "PolicyFolderError";
  readonly code: PolicyFolderCode;
  /** Never empty. */
  readonly problems: readonly FolderProblem[];

  constructor(code: PolicyFolderCode, problems: readonly FolderProblem[], options?: ErrorOptions) {
    super(problems.map(({ message }) => message).join("\n"), options);
    this.code = code;
    this.problems = problems;
  }
}

/** An error about one file or folder as a whole. */
export function folderError(code: PolicyFolderCode, file: string, message: string, cause?: unknown): PolicyFolderError {
  return new PolicyFolderError(code, [{ code, file, line: 0, field: "", message }], cause === undefined ? {} : { cause });
}

/** `code` of an error of the operating system, such as `ENOENT`; empty for anything else. */
export function systemCodeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
