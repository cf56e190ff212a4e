import { lintCodes, policyProblemCodes, type RevisionToken } from "@portcullis/policy";
import {
  expiryActions,
  freshnessLevels,
  type Manifest,
  type PublishedRevision,
  type ReplicaStatus,
  replicaProgress,
  unknownBounds,
} from "@portcullis/policy-bus";
import fc from "fast-check";
import type { Fleet } from "../fleet.ts";
import { replicaStandings } from "../fleet.ts";
import type { PublishReport } from "../publish-report.ts";
import { notPublishedCodes, type PublishResult, refusalCodes } from "../publish-result.ts";
import type { RevisionTimeline } from "../revision-timeline.ts";
import { type RolloutStatus, rolloutEnds } from "../rollout-status.ts";

const text = fc.string({ unit: "grapheme", maxLength: 8 });
const word = fc.string({ minLength: 1, maxLength: 8 });
const count = fc.nat();
const few = <T>(values: fc.Arbitrary<T>) => fc.array(values, { maxLength: 3 });
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });

export const tokens: fc.Arbitrary<RevisionToken> = fc.record({ lineage: word, epoch: count, revision: count });

const keys = fc.record({ keyId: word, spki: word });
const positions = fc.record({ epoch: count, revision: count, digest: word });

const manifests: fc.Arbitrary<Omit<Manifest, "lineage" | "epoch" | "revision">> = fc
  .record(
    {
      prevDigest: orNull(word),
      bundle: fc.record({ digest: word, sizeBytes: count, inline: fc.boolean() }),
      audience: few(word),
      continues: positions,
      nextKeys: fc.array(keys, { minLength: 1, maxLength: 2 }),
      rollbackOf: count,
      widens: count,
      publishedAt: word,
      publisher: word,
    },
    { requiredKeys: ["prevDigest", "bundle", "audience", "publishedAt", "publisher"] },
  )
  .map((manifest) => ({ ...manifest }));

export const revisions: fc.Arbitrary<PublishedRevision> = fc
  .record({ token: tokens, digest: word, position: count, manifest: manifests, signedBy: few(word) })
  .map(({ token, manifest, ...rest }) => ({ ...rest, token, manifest: { ...token, ...manifest } }));

const nacks = fc.record({ token: tokens, code: word, detail: text });

const statuses: fc.Arbitrary<ReplicaStatus> = fc.record({
  cluster: word,
  replica: word,
  instance: word,
  version: word,
  applied: orNull(tokens),
  appliedDigest: orNull(word),
  seen: orNull(tokens),
  nacks: few(nacks),
  appliedAt: few(fc.record({ token: tokens, at: word })),
  freshness: fc.constantFrom(...freshnessLevels),
  stalenessMs: count,
  ceilingMs: orNull(count),
  whenExpired: fc.constantFrom(...expiryActions),
  allowTtlSeconds: orNull(count),
  frontEndCacheMs: orNull(count),
  longestReviewMs: count,
  reportedAt: word,
  sequence: count,
});

const places = { file: word, line: count, message: text };
const differences = fc.record({ added: few(word), removed: few(word), changed: few(word) });
const defaults = fc.option(
  fc.record({ default: fc.constantFrom("allow", "deny", undefined), shortNames: fc.constantFrom("dockerHub", "deny") }),
  { nil: undefined },
);
const bundleDifferences = fc.record(
  {
    files: differences,
    policies: differences,
    lists: few(fc.record({ path: word, added: count, removed: count })),
    defaults: fc.record({ before: defaults, after: defaults }),
  },
  { requiredKeys: ["files", "policies", "lists"] },
);

const reports: fc.Arbitrary<PublishReport> = fc.record({
  digest: word,
  sizeBytes: count,
  files: count,
  policies: count,
  patterns: count,
  mistakes: few(fc.record({ ...places, field: text, code: fc.constantFrom(...policyProblemCodes) })),
  attacks: few(
    fc.record({
      policy: word,
      pattern: word,
      file: word,
      line: count,
      reference: word,
      weight: fc.constantFrom("hole", "note"),
      reason: text,
    }),
  ),
  advice: few(fc.record({ ...places, field: text, code: fc.constantFrom(...lintCodes) })),
  cases: fc.record({ files: count, cases: count, passed: count, failed: count, failures: few(fc.record({ ...places, case: text })) }),
  changes: few(fc.record({ token: tokens, audience: few(word), difference: bundleDifferences })),
});

const outcomes: fc.Arbitrary<PublishResult> = fc.oneof(
  fc.record({ outcome: fc.constantFrom("published", "unchanged"), revision: revisions }),
  fc.record({ outcome: fc.constant("dry-run" as const), token: tokens }),
  fc.record({ outcome: fc.constant("conflict" as const), won: revisions }),
  fc.record({ outcome: fc.constant("refused" as const), code: fc.constantFrom(...refusalCodes), message: text }),
  fc.record({ outcome: fc.constant("not-published" as const), code: fc.constantFrom(...notPublishedCodes), message: text }),
  fc.record({ outcome: fc.constant("unknown" as const), token: tokens, digest: word, message: text }),
);

export const results: fc.Arbitrary<PublishResult> = fc
  .tuple(outcomes, fc.option(reports, { nil: undefined }))
  .map(([outcome, report]) => ({ ...outcome, ...(report !== undefined && { report }) }));

const rolloutOutcomes = fc.constantFrom("pending", "all-acked", "fenced", "nacked");
const unknown = fc.subarray([...unknownBounds]);

export const rollouts: fc.Arbitrary<RolloutStatus> = fc.record({
  revision: revisions,
  at: word,
  outcome: rolloutOutcomes,
  end: orNull(fc.constantFrom(...rolloutEnds)),
  inForceAt: orNull(word),
  clusters: few(
    fc.record({
      cluster: word,
      outcome: rolloutOutcomes,
      inForceAt: orNull(word),
      unknown,
      replicas: few(
        fc.record({
          replica: word,
          progress: fc.constantFrom(...replicaProgress),
          settledAt: orNull(word),
          fencedAt: orNull(word),
          status: orNull(statuses),
        }),
      ),
    }),
  ),
});

export const timelines: fc.Arbitrary<RevisionTimeline> = fc.record({
  revision: revisions,
  publishedAt: word,
  inForceAt: orNull(word),
  clusters: few(
    fc.record({
      cluster: word,
      inForceAt: orNull(word),
      unknown,
      replicas: few(fc.record({ replica: word, appliedAt: orNull(word), isSuperseded: fc.boolean(), nack: orNull(nacks) })),
    }),
  ),
});

export const fleets: fc.Arbitrary<Fleet> = fc.record({
  at: word,
  newest: orNull(tokens),
  clusters: few(
    fc.record({
      cluster: word,
      target: orNull(tokens),
      replicas: few(
        fc.record({
          replica: word,
          standing: fc.constantFrom(...replicaStandings),
          nack: orNull(nacks),
          silentMs: count,
          status: statuses,
        }),
      ),
    }),
  ),
});
