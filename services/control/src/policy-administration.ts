import type { Bundle, RevisionToken } from "@portcullis/policy";
import type { NewEpochRequest, PublicKeyEntry, ReplicaName } from "@portcullis/policy-bus";
import type { Fleet } from "./fleet.ts";
import type { PublishStep } from "./publish-progress.ts";
import type { PublishResult } from "./publish-result.ts";
import type { RevisionComparison, RevisionDetail, RevisionList, RevisionSelector } from "./revision-list.ts";
import type { RevisionTimeline } from "./revision-timeline.ts";
import type { RolloutStatus } from "./rollout-status.ts";

/** What every publishing operation takes. */
export interface ChangeRequest {
  /** Globs of cluster names, `["*"]` for all. Never empty. */
  readonly audience: readonly string[];
  /** Who asks, as it is written into the revision. Default: the administration's own. */
  readonly publisher?: string;
  /** Checks and signs, and writes nothing. Default false. */
  readonly isDryRun?: boolean;
  /** Publishes also what is the newest revision already, and into a log that only strangers have written to. Default false. */
  readonly isForced?: boolean;
  /** The newest revision that the caller has seen, `null` for none: another one is a conflict. Default: whatever it is. */
  readonly base?: RevisionToken | null;
  /** What is not known by then is `unknown`. Default 60 s. */
  readonly timeoutMs?: number;
  readonly onProgress?: (step: PublishStep) => void;
}

export interface PublishRequest extends ChangeRequest {
  /** As `loadPolicyBundle` reads it, case files included. */
  readonly bundle: Bundle;
  /** Publishes although allow patterns admit images of strangers (`control-holes-open`). Default false. */
  readonly acceptsHoles?: boolean;
  /** Begins a new epoch: after a restore, or to leave revisions out. */
  readonly newEpoch?: NewEpochRequest;
  /** All keys that may sign from the next revision on. Default: as before. */
  readonly nextKeys?: readonly PublicKeyEntry[];
}

export interface RollbackRequest extends ChangeRequest {
  /** A revision of the epoch that the newest one is in; its content comes back as a new revision. */
  readonly to: number;
}

export interface WidenRequest extends ChangeRequest {
  /** A revision of the epoch that the newest one is in; its content goes to more clusters as a new revision. */
  readonly revision: number;
}

export interface RotateKeysRequest extends Omit<ChangeRequest, "audience" | "isForced"> {
  /** All keys that may sign from the next revision on. Never empty. */
  readonly nextKeys: readonly PublicKeyEntry[];
}

export interface RolloutRequest {
  /** Default: the newest revision. */
  readonly revision?: RevisionSelector;
  /** False: says once how it stands. Default true: goes on until an end. */
  readonly waits?: boolean;
  /** Default: none; the rollout may stay `pending` for ever. */
  readonly timeoutMs?: number;
  /** Replicas that must take part, also where they never reported. */
  readonly expected?: readonly ReplicaName[];
  /** Replicas that are known to be gone: what they last reported does not count. */
  readonly gone?: readonly ReplicaName[];
  /** Ends the iteration, without a last status. */
  readonly signal?: AbortSignal;
}

/**
 * Everything that is done with revisions, for the command line and for gRPC. What became of a change is a value; reading
 * rejects with `RevisionLogError`, and with `ControlError` where what was named is not there.
 */
export interface PolicyAdministration {
  /** Checks a folder's content, signs it as the next revision and publishes it. */
  publish(request: PublishRequest): Promise<PublishResult>;
  /** Brings earlier content back, as a new revision. */
  rollback(request: RollbackRequest): Promise<PublishResult>;
  /** Gives the content of a revision to more clusters, as a new revision with the same digest. */
  widen(request: WidenRequest): Promise<PublishResult>;
  /** Publishes the newest revision's content to its audience again, and names the keys that sign what follows. */
  rotateKeys(request: RotateKeysRequest): Promise<PublishResult>;
  /** Every revision, oldest first, and the entries of the log that are none. */
  revisions(): Promise<RevisionList>;
  /** One revision with its bundle. */
  show(revision: RevisionSelector): Promise<RevisionDetail>;
  /** What differs between the bundles of two revisions. */
  diff(before: RevisionSelector, after: RevisionSelector): Promise<RevisionComparison>;
  /** How a revision comes into force: a status at once and after each change. The last one has an `end`. */
  rollout(request: RolloutRequest): AsyncIterable<RolloutStatus>;
  /** When a revision was published, and applied by whom, by the clocks of those who say so. */
  timeline(revision: RevisionSelector): Promise<RevisionTimeline>;
  /** Every replica that reported within the last day. */
  fleet(): Promise<Fleet>;
}
