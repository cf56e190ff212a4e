import { type Decision, type Finding, isBeyondPolicies, type RevisionToken, UndecidedError, type Workload } from "@portcullis/policy";
import type { FreshnessReading } from "@portcullis/policy-bus";
import type { ExpiryRule, PolicyFeed } from "./policy-feed.ts";

/** How old the policy is that answers, and what follows from it. */
export interface PolicyAge {
  readonly stalenessMs: number;
  readonly degraded: boolean;
  /** How much longer a verdict may be repeated, for all that its age says. */
  readonly repeatableMs: number;
  /** What is answered in place of what was judged. */
  readonly denial: Decision | undefined;
}

/** Asked when an answer leaves: no verdict outlives the ceiling in a cache. Throws `undecided-expired`. */
export type AgeOf = (workload: Workload, servedAt: RevisionToken) => PolicyAge;

const current: PolicyAge = { stalenessMs: 0, degraded: false, repeatableMs: Number.POSITIVE_INFINITY, denial: undefined };

/** Without a feed whoever publishes is in this process: what it published last is what there is. */
export function createAgeOf(feed: PolicyFeed | undefined, rule: ExpiryRule): AgeOf {
  if (feed === undefined) return () => current;
  return (workload, servedAt) => {
    const reading = feed.freshness();
    const { freshness, stalenessMs } = reading;
    if (freshness !== "expired") {
      return { stalenessMs, degraded: freshness !== "fresh", repeatableMs: untilCeiling(reading, rule), denial: undefined };
    }
    const expired = { stalenessMs, degraded: true, repeatableMs: 0, denial: undefined };
    // What no policy judges is the same under every revision: a lost bus must not freeze the labels of what runs already.
    if (rule.whenExpired === "serve" || isBeyondPolicies(workload)) return expired;
    if (rule.whenExpired === "deny") return { ...expired, denial: denialOf(reading, rule, servedAt) };
    throw new UndecidedError("undecided-expired", describeExpiry(reading, rule));
  };
}

/** Where expired policy is served, repeating it makes nothing worse. */
function untilCeiling({ stalenessMs }: FreshnessReading, { ceilingMs, whenExpired }: ExpiryRule): number {
  return ceilingMs === null || whenExpired === "serve" ? Number.POSITIVE_INFINITY : Math.max(0, ceilingMs - stalenessMs);
}

function denialOf(reading: FreshnessReading, rule: ExpiryRule, servedAt: RevisionToken): Decision {
  const finding: Finding = {
    policy: "freshness",
    enforcement: "deny",
    rule: "policy-expired",
    image: "",
    canonical: "",
    field: "any",
    container: "",
    message: describeExpiry(reading, rule),
  };
  return { verdict: "deny", denials: [finding], servedAt, warnings: [], audited: [] };
}

function describeExpiry({ stalenessMs, provenAtMs }: FreshnessReading, { ceilingMs }: ExpiryRule): string {
  const allowed = `the ${Math.round((ceilingMs ?? 0) / 1_000)} s that its cluster allows`;
  if (provenAtMs === undefined) return `the policy has not been confirmed since this replica started, and is not served without it`;
  return `the policy was last confirmed ${Math.round(stalenessMs / 1_000)} s ago, longer than ${allowed}`;
}
