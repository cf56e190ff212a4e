import type { RevisionToken } from "@portcullis/policy";
import { type PublishedRevision, publishCodes, revisionLogCodes, signingErrorCodes } from "@portcullis/policy-bus";
import { controlCodes } from "./control-error.ts";
import type { PublishReport } from "./publish-report.ts";

/** Why a change was refused before anything was written. */
export const refusalCodes = [...controlCodes, ...publishCodes, ...signingErrorCodes] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** Why nothing was written although nothing was wrong with the change. `control-timeout`: the time was over before. */
export const notPublishedCodes = [...revisionLogCodes, "control-timeout"] as const;
export type NotPublishedCode = (typeof notPublishedCodes)[number];

export const publishOutcomes = ["published", "unchanged", "dry-run", "conflict", "refused", "not-published", "unknown"] as const;

/**
 * What became of a change. Final, but for `unknown`: no answer came in time, and the revision may be in the log now or later;
 * its `digest` finds it. `report` is absent where the change was refused or the log was gone before it was looked at.
 */
export type PublishResult = { readonly report?: PublishReport } & (
  | { readonly outcome: "published"; readonly revision: PublishedRevision }
  /** It is the newest revision already. */
  | { readonly outcome: "unchanged"; readonly revision: PublishedRevision }
  /** It would have been published as `token`. */
  | { readonly outcome: "dry-run"; readonly token: RevisionToken }
  /** Somebody else's revision came first; nothing was written. */
  | { readonly outcome: "conflict"; readonly won: PublishedRevision }
  | { readonly outcome: "refused"; readonly code: RefusalCode; readonly message: string }
  /** It is not in the log, and never will be. Worth trying again. */
  | { readonly outcome: "not-published"; readonly code: NotPublishedCode; readonly message: string }
  | { readonly outcome: "unknown"; readonly token: RevisionToken; readonly digest: string; readonly message: string }
);
