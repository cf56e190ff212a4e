import type { PublishProgress } from "@portcullis/policy-bus";

/** How far a change came. `checked` comes once per check; then `compared`; what follows is the publication. */
export type PublishStep =
  | { readonly step: "checking"; readonly check: PublishCheck }
  | { readonly step: "checked"; readonly check: PublishCheck; readonly problems: number }
  | { readonly step: "compared"; readonly revisions: number }
  | PublishProgress;

/** What is looked at before anything is signed, in this order. */
export const publishChecks = ["compile", "lint", "cases"] as const;
export type PublishCheck = (typeof publishChecks)[number];
