import type { PublishStep } from "@portcullis/control";
import { counted } from "./counted.ts";

const checks = { compile: "compiling", lint: "linting", cases: "running the decision cases" } as const;

/** What is being done now, for people who wait; undefined for steps that took no time. */
export function describeStep(step: PublishStep): string | undefined {
  switch (step.step) {
    case "checking":
      return checks[step.check];
    case "checked":
    case "compared":
      return undefined;
    case "verified":
      return `the log holds ${counted(step.revisions, "revision")}`;
    case "stored":
      return `stored ${step.sizeBytes} bytes of policies`;
    case "append":
      return step.outcome === "appended" && step.attempt === 1 ? undefined : `attempt ${step.attempt}: ${attempts[step.outcome]}`;
    default:
      return step satisfies never;
  }
}

const attempts = {
  appended: "written",
  conflict: "the place is taken",
  unavailable: "nobody takes it, trying again",
  unknown: "no answer, looking in the log",
} as const;
