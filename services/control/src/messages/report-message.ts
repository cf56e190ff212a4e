import { type Lint, lintCodes, type PolicyProblem, policyProblemCodes } from "@portcullis/policy";
import { fromRevisionTokenMessage, toRevisionTokenMessage } from "@portcullis/wire";
import type {
  Attack as AttackMessage,
  CasesReport as CasesMessage,
  PolicyNote,
  PublishReport as ReportMessage,
} from "@portcullis/wire/policy";
import type { CasesReport, PublishReport } from "../publish-report.ts";
import { fromDifferenceMessage, toDifferenceMessage } from "./difference-message.ts";
import { present, wordOf } from "./words.ts";

// What people read: nobody reads more, and a message has to fit.
const maxNotes = 1_000;

/** The first thousand of each list: counts stay as they are. */
export function toReportMessage(report: PublishReport): ReportMessage {
  const { digest, sizeBytes, files, policies, patterns, mistakes, attacks, advice, cases, changes } = report;
  return {
    digest,
    sizeBytes,
    files,
    policies,
    patterns,
    mistakes: mistakes.slice(0, maxNotes),
    attacks: attacks.slice(0, maxNotes).map(({ weight, ...attack }) => ({ ...attack, isHole: weight === "hole" })),
    advice: advice.slice(0, maxNotes),
    cases: { ...cases, failures: cases.failures.slice(0, maxNotes) },
    changes: changes.map(({ token, audience, difference }) => ({
      token: toRevisionTokenMessage(token),
      audience,
      difference: toDifferenceMessage(difference),
    })),
  };
}

/** Throws `InvalidMessageError`. */
export function fromReportMessage(message: ReportMessage): PublishReport {
  const { digest, sizeBytes, files, policies, patterns, mistakes, attacks, advice, cases, changes } = message;
  return {
    digest,
    sizeBytes,
    files,
    policies,
    patterns,
    mistakes: mistakes.map((note) => toNote<PolicyProblem["code"]>(note, policyProblemCodes)),
    attacks: attacks.map(toAttack),
    advice: advice.map((note) => toNote<Lint["code"]>(note, lintCodes)),
    cases: fromCasesMessage(cases),
    changes: changes.map(({ token, audience, difference }) => ({
      token: fromRevisionTokenMessage(token, "report.changes.token"),
      audience,
      difference: fromDifferenceMessage(difference, "report.changes.difference"),
    })),
  };
}

function toNote<Code extends string>({ code, file, line, field, message }: PolicyNote, codes: readonly Code[]) {
  return { code: wordOf(codes, code, "report.code"), file, line, field, message };
}

function toAttack({ policy, pattern, file, line, reference, isHole, reason }: AttackMessage): PublishReport["attacks"][number] {
  return { policy, pattern, file, line, reference, weight: isHole ? "hole" : "note", reason };
}

function fromCasesMessage(message: CasesMessage | undefined): CasesReport {
  const { files, cases, passed, failed, failures } = present(message, "report.cases");
  return {
    files,
    cases,
    passed,
    failed,
    failures: failures.map((failure) => ({ file: failure.file, line: failure.line, case: failure.case, message: failure.message })),
  };
}
