import type { Bundle } from "@portcullis/policy";
import {
  type FollowClock,
  generateSigningKey,
  memoryRevisionLog,
  type PublishedRevision,
  type ReplicaStatus,
  type RevisionLog,
  type TrustAnchors,
} from "@portcullis/policy-bus";
import type { PolicyAdministrationOptions } from "./administration-context.ts";
import { createPolicyAdministration } from "./create-policy-administration.ts";
import type { PolicyAdministration, PublishRequest } from "./policy-administration.ts";

export const trustedKey = generateSigningKey();
export const trustAnchors: TrustAnchors = { lineage: "policies", keys: [trustedKey.entry] };

export const onlyInternal = policyText("registries", 'allow: ["internal-registry.io/**"]');

/** A bundle of policies, and of whatever other files are named. */
export function aFolder(policies: string = onlyInternal, others: Readonly<Record<string, string>> = {}): Bundle {
  const files = Object.entries(others).map(([path, text]) => ({ path, text }));
  return { files: [{ path: "policies.yaml", text: policies }, ...files] };
}

export function policyText(name: string, spec: string): string {
  return `apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: ${name} }\nspec: { enforcement: deny, ${spec} }\n`;
}

/** A file of cases with one that asks for an image, and what must be said to it. */
export function aCase(image: string, expect: "allow" | "deny", more = ""): string {
  const head = `apiVersion: portcullis.dev/v1\nkind: DecisionCases\n${more}cases:\n`;
  return `${head}  - name: ${image} is known\n    images: [${image}]\n    expect: ${expect}\n`;
}

export interface Administered extends PolicyAdministration {
  readonly log: RevisionLog;
}

export function anAdministration(options: Partial<PolicyAdministrationOptions> = {}): Administered {
  const log = options.log ?? memoryRevisionLog();
  return { log, ...createPolicyAdministration({ log, anchors: trustAnchors, keys: [trustedKey], publisher: "ops", ...options }) };
}

/** What became a revision; throws where none did. */
export async function publishTo(administration: PolicyAdministration, request: Partial<PublishRequest> = {}): Promise<PublishedRevision> {
  const result = await administration.publish({ bundle: aFolder(), audience: ["*"], ...request });
  if (result.outcome === "published") return result.revision;
  throw new Error(`it was not published: ${JSON.stringify(result)}`);
}

/** A fresh report by replica `r0` of cluster `blue`, of a revision that it applied, unless said otherwise. */
export function aReport({ token, manifest }: PublishedRevision, overrides: Partial<ReplicaStatus> = {}): ReplicaStatus {
  return {
    cluster: "blue",
    replica: "r0",
    instance: "boot-1",
    version: "0.1.0",
    applied: token,
    appliedDigest: manifest.bundle.digest,
    seen: token,
    nacks: [],
    appliedAt: [{ token, at: "2026-01-01T00:00:00.000Z" }],
    freshness: "fresh",
    stalenessMs: 0,
    ceilingMs: null,
    whenExpired: "serve",
    allowTtlSeconds: 300,
    frontEndCacheMs: 1_000,
    longestReviewMs: 2_500,
    reportedAt: "2026-01-01T00:00:01.000Z",
    sequence: 1,
    ...overrides,
  };
}

/** A clock that stands still until it is moved; at 0 it is the first of January 2026. */
export interface HandClock extends FollowClock {
  advance(ms: number): void;
}

export function handClock(clock: { now(): number; advance(ms: number): void; schedule: FollowClock["schedule"] }): HandClock {
  return {
    now: clock.now,
    advance: clock.advance,
    schedule: clock.schedule,
    wallNow: () => Date.UTC(2026, 0, 1) + clock.now(),
  };
}
