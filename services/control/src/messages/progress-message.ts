import type { AppendOutcome } from "@portcullis/policy-bus";
import { InvalidMessageError } from "@portcullis/wire";
import { AppendAnswer, PublishCheck as CheckEnum, enumTable, type PublishProgress } from "@portcullis/wire/policy";
import type { PublishCheck, PublishStep } from "../publish-progress.ts";

const checks = enumTable<PublishCheck, CheckEnum>({
  compile: CheckEnum.PUBLISH_CHECK_COMPILE,
  lint: CheckEnum.PUBLISH_CHECK_LINT,
  cases: CheckEnum.PUBLISH_CHECK_CASES,
});

const answers = enumTable<AppendOutcome["outcome"], AppendAnswer>({
  appended: AppendAnswer.APPEND_ANSWER_APPENDED,
  conflict: AppendAnswer.APPEND_ANSWER_CONFLICT,
  unavailable: AppendAnswer.APPEND_ANSWER_UNAVAILABLE,
  unknown: AppendAnswer.APPEND_ANSWER_UNKNOWN,
});

export function toProgressMessage(step: PublishStep): PublishProgress {
  return { step: toStep(step) };
}

function toStep(step: PublishStep): NonNullable<PublishProgress["step"]> {
  switch (step.step) {
    case "verified":
      return { $case: "verified", value: { revisions: step.revisions, skipped: step.skipped } };
    case "checking":
      return { $case: "checking", value: { check: checks.toProto(step.check) } };
    case "checked":
      return { $case: "checked", value: { check: checks.toProto(step.check), problems: step.problems } };
    case "compared":
      return { $case: "compared", value: { revisions: step.revisions } };
    case "stored":
      return { $case: "stored", value: { digest: step.digest, sizeBytes: step.sizeBytes } };
    case "append":
      return { $case: "append", value: { attempt: step.attempt, answer: answers.toProto(step.outcome) } };
    default:
      return step satisfies never;
  }
}

/** Throws `InvalidMessageError`. */
export function fromProgressMessage({ step }: PublishProgress): PublishStep {
  switch (step?.$case) {
    case "verified":
      return { step: "verified", revisions: step.value.revisions, skipped: step.value.skipped };
    case "checking":
      return { step: "checking", check: checks.fromProto(step.value.check, "progress.checking.check") };
    case "checked":
      return { step: "checked", check: checks.fromProto(step.value.check, "progress.checked.check"), problems: step.value.problems };
    case "compared":
      return { step: "compared", revisions: step.value.revisions };
    case "stored":
      return { step: "stored", digest: step.value.digest, sizeBytes: step.value.sizeBytes };
    case "append":
      return { step: "append", attempt: step.value.attempt, outcome: answers.fromProto(step.value.answer, "progress.append.answer") };
    default:
      throw new InvalidMessageError("progress", "names no step; both ends must speak the same version");
  }
}
