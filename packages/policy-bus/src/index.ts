/** How revisions travel: the port, in memory, and a watched folder. */
export { beforeEnd, EndedError } from "./before-end.ts";
export { bundleDigest } from "./bundle-digest.ts";
export { type CompileInWorkerOptions, compileInWorker } from "./compile-in-worker.ts";
export { type CompileForOptions, compileOnce } from "./compile-once.ts";
export { type CompileWorkerCode, CompileWorkerError, compileWorkerCodes } from "./compile-worker-error.ts";
export type { FreshnessLimits, FreshnessReading } from "./follow-freshness.ts";
export type { FollowClock, FollowHost } from "./follow-host.ts";
export type { FollowProblem } from "./follow-log.ts";
export { type FollowCode, followCodes } from "./follow-problem.ts";
export { createRevisionFollower, type FollowOptions, type FollowState, type RevisionFollower } from "./follow-revisions.ts";
export { type BundleLimits, defaultBundleLimits, type LoadedBundle, type LocationOf, loadPolicyBundle } from "./load-policy-bundle.ts";
export { type LogWeakness, type LogWeaknessCode, logWeaknessCodes } from "./log-weakness.ts";
export { type MemoryPolicyBusOptions, memoryPolicyBus } from "./memory-policy-bus.ts";
export { type MemoryRevisionLog, type MemoryRevisionLogOptions, memoryRevisionLog } from "./memory-revision-log.ts";
export type { NatsServers, NatsTls } from "./nats/keep-connected.ts";
export type { NatsIdentity } from "./nats/nats-identity.ts";
export { createNatsRevisionLog, type NatsRevisionLog, type NatsRevisionLogOptions, type SetUpOptions } from "./nats/nats-revision-log.ts";
export { planStreams, type StreamPlan, statusSubject, toSubjectToken } from "./nats/stream-plan.ts";
export { type OldAnswers, oldAnswersOf, type UnknownBound, unknownBounds } from "./old-answers.ts";
export type { PolicyBus, Revision } from "./policy-bus.ts";
export { type PolicyBusCode, PolicyBusError, policyBusCodes } from "./policy-bus-error.ts";
export {
  describeFolderProblem,
  type FolderProblem,
  type PolicyFolderCode,
  PolicyFolderError,
  policyFolderCodes,
} from "./policy-folder-problem.ts";
export { type PublishCode, PublishError, publishCodes } from "./publish-error.ts";
export { type PublishOptions, type PublishOutcome, type PublishProgress, publishRevision } from "./publish-revision.ts";
export {
  type AppliedRevision,
  type ExpiryAction,
  expiryActions,
  type Freshness,
  freshnessLevels,
  type ReplicaName,
  type ReplicaStatus,
  type RevisionNack,
} from "./replica-status.ts";
export { type NewEpochRequest, type RevisionChange, readBundleBytes } from "./revision-change.ts";
export { type PublishedRevision, type RevisionHistory, readRevisions, type SkippedEntry } from "./revision-history.ts";
export type { AppendOptions, AppendOutcome, LogEntry, NewLogEntry, RevisionLog } from "./revision-log.ts";
export { type RevisionLogCode, RevisionLogError, revisionLogCodes } from "./revision-log-error.ts";
export { createRevisionReader, type RevisionReader } from "./revision-reader.ts";
export { fileRevisionStore, type RecordName, type RevisionStore } from "./revision-store.ts";
export {
  type ClusterRollout,
  noteStatus,
  type ReplicaProgress,
  type ReplicaRollout,
  type Rollout,
  type RolloutOutcome,
  type RolloutTarget,
  type RolloutView,
  replicaProgress,
  rolloutOf,
  startRollout,
} from "./rollout.ts";
export {
  type BundleProblem,
  type BundleProblemCode,
  bundleProblemCodes,
  type DecodedBundle,
  decodeBundle,
  encodeBundle,
} from "./signing/bundle-bytes.ts";
export { type ChainState, comparePositions, startChain, type TrustAnchors } from "./signing/chain.ts";
export {
  type ChainProblem,
  type ChainProblemCode,
  chainProblemCodes,
  encodeChain,
  type ResumedChain,
  resumeChain,
} from "./signing/chain-file.ts";
export { firstOfEpoch, type ManifestDraft, type NewEpoch, nextManifest } from "./signing/draft-manifest.ts";
export { maxEnvelopeBytes, type OpenedEnvelope, openEnvelope, signEnvelope } from "./signing/envelope.ts";
export {
  type BundleClaim,
  type ChainPosition,
  decodeManifest,
  encodeManifest,
  type Manifest,
  type ManifestProblem,
} from "./signing/manifest.ts";
export type { PublicKeyEntry } from "./signing/public-key.ts";
export { type RevisionProblem, type RevisionProblemCode, revisionProblemCodes } from "./signing/revision-problem.ts";
export { SigningError, type SigningErrorCode, signingErrorCodes } from "./signing/signing-error.ts";
export { generateSigningKey, type SigningKey } from "./signing/signing-key.ts";
export { type LoadedSigningKey, loadSigningKey, writeSigningKey } from "./signing/signing-key-file.ts";
export { formatTrustAnchors, loadTrustAnchors, parseTrustAnchors, writeTrustAnchors } from "./signing/trust-file.ts";
export { type VerifiedRevision, type VerifyOptions, verifyNext } from "./signing/verify-next.ts";
export { type PolicyFolder, type PublishedFolder, type WatchPolicyFolderOptions, watchPolicyFolder } from "./watch-policy-folder.ts";
