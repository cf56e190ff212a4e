import type { Answer, Decision, Finding, RevisionToken, Workload, WorkloadImage } from "@portcullis/policy";

/** Revision 1 of epoch 1 of the lineage `test`, unless said otherwise. */
export function aRevisionToken(overrides: Partial<RevisionToken> = {}): RevisionToken {
  return { lineage: "test", epoch: 1, revision: 1, ...overrides };
}

export interface WorkloadOverrides extends Partial<Omit<Workload, "images">> {
  /** An image alone stands in `containers`, in a container named `app`. */
  readonly images?: readonly (string | Partial<WorkloadImage>)[];
}

/** The creation of a Pod with `nginx` in namespace `default` of cluster `default`, unless said otherwise. */
export function aWorkload({ images = ["nginx"], ...overrides }: WorkloadOverrides = {}): Workload {
  return {
    via: "admission",
    cluster: "default",
    namespace: "default",
    group: "",
    kind: "Pod",
    name: "app",
    operation: "CREATE",
    imagesUnchanged: false,
    annotations: {},
    unknownImageLists: [],
    ...overrides,
    images: images.map((image) => ({
      image: "",
      field: "containers",
      container: "app",
      ...(typeof image === "string" ? { image } : image),
    })),
  };
}

/** `nginx`, denied by the policy `trusted-registries` for want of an allow entry, unless said otherwise. */
export function aFinding(overrides: Partial<Finding> = {}): Finding {
  return {
    policy: "trusted-registries",
    enforcement: "deny",
    rule: "allow",
    image: "nginx",
    canonical: "docker.io/library/nginx",
    field: "containers",
    container: "app",
    message: 'image "nginx" is not allowed by policy "trusted-registries"',
    ...overrides,
  };
}

/** A decision served at `aRevisionToken()`; a deny carries `aFinding()` unless said otherwise. */
export function aDecision(
  verdict: Decision["verdict"] = "allow",
  { denials = [aFinding()], ...overrides }: Partial<Extract<Decision, { verdict: "deny" }>> = {},
): Decision {
  const judged = { servedAt: aRevisionToken(), warnings: [], audited: [], ...overrides };
  return verdict === "allow" ? { ...judged, verdict } : { ...judged, verdict, denials };
}

/** A fresh answer with `aDecision()` that may not be cached, unless said otherwise. */
export function anAnswer(overrides: Partial<Answer> = {}): Answer {
  return { decision: aDecision(), decisionId: "decision-1", cacheTtlMs: 0, stalenessMs: 0, degraded: false, ...overrides };
}
