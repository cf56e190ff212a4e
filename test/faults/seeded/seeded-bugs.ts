import type { PropertyName } from "../checker/check-history.ts";

/** A text of a source file, which stands there once, and what takes its place. */
export interface SourceChange {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A mistake that somebody could have made. */
export interface SeededBug {
  readonly name: string;
  readonly changes: readonly SourceChange[];
  /** The promise that it breaks. */
  readonly breaks: PropertyName;
}

const bus = "packages/policy-bus/src";

/** Whichever position it is asked about, it may be put in force. */
const mayGoBack: SourceChange = {
  file: `${bus}/follow-apply.ts`,
  from: "if (highest === undefined) return true;",
  to: "if (highest === undefined || position.revision > 0) return true;",
};

const generations = "services/decision/src/generations.ts";

/** A new revision goes on with the verdicts of the one before. */
const sharedVerdicts: SourceChange = {
  file: generations,
  from: "generation = next;",
  to: "generation = generation === undefined ? next : { ...next, verdicts: generation.verdicts };",
};

/** The ten that a review of the design named, one for each promise that they leave whole, and what was nearly done wrong since. */
export const seededBugs: readonly SeededBug[] = [
  {
    name: "skip a gap",
    changes: [
      {
        file: `${bus}/signing/verify-next.ts`,
        from: "if (manifest.revision !== head.revision + 1) return",
        to: "if (manifest.revision > head.revision + 1) return undefined;\n  if (manifest.revision !== head.revision + 1) return",
      },
    ],
    breaks: "chain-without-gap",
  },
  {
    name: "apply out of order",
    changes: [
      mayGoBack,
      {
        file: `${bus}/follow-apply.ts`,
        from: 'if (outcome === "applied") candidates.length = 0;',
        to: 'if (outcome === "applied") candidates.pop();',
      },
    ],
    breaks: "applied-in-order",
  },
  {
    name: "cache without revision",
    changes: [sharedVerdicts],
    breaks: "applied-in-order",
  },
  {
    name: "regress on reconnect",
    changes: [
      mayGoBack,
      {
        file: `${bus}/follow-log.ts`,
        from: "if (this.#last !== undefined && !continues(this.#last, head)) this.#last = undefined;",
        to: "if (this.#last !== undefined && !continues(this.#last, head)) {\n      this.#last = undefined;\n      this.#chain = this.#options.chain;\n    }",
      },
    ],
    breaks: "applied-in-order",
  },
  {
    name: "lose the high-water mark",
    changes: [
      {
        file: `${bus}/follow-resume.ts`,
        from: "await readStoredRevision(host, progress?.applied)",
        to: "await readStoredRevision(host, undefined)",
      },
    ],
    breaks: "applied-in-order",
  },
  {
    name: "accept unsigned",
    changes: [
      {
        file: `${bus}/signing/envelope.ts`,
        from: 'if (signatures.length === 0) return revisionProblem("revision-unsigned", "it carries no signature");',
        to: "if (signatures.length === 0) return [];",
      },
    ],
    breaks: "chain-without-gap",
  },
  {
    name: "accept a fork",
    changes: [
      {
        file: `${bus}/signing/verify-next.ts`,
        from: "if (manifest.prevDigest === head.digest) return undefined;",
        to: "if (manifest.prevDigest !== null) return undefined;",
      },
    ],
    breaks: "chain-without-gap",
  },
  {
    name: "wall-clock TTL",
    changes: [
      {
        file: `${bus}/follow-revisions.ts`,
        from: "trackFreshness(() => clock.now(), options.freshness)",
        to: "trackFreshness(() => clock.wallNow(), options.freshness)",
      },
      { file: `${bus}/follow-revisions.ts`, from: "const at = clock.now();", to: "const at = clock.wallNow();" },
    ],
    breaks: "expired-is-never-fresh",
  },
  {
    name: "ack before apply",
    changes: [
      {
        file: `${bus}/follow-revisions.ts`,
        from: "applied: tokenOf(force.applied?.position),",
        to: "applied: tokenOf(followed.target ?? force.applied?.position),",
      },
    ],
    breaks: "acks-are-true",
  },
  {
    name: "ignore the ceiling",
    changes: [
      {
        file: `${bus}/follow-freshness.ts`,
        from: 'if (ceilingMs !== null && stalenessMs > ceilingMs) return "expired";',
        to: "",
      },
    ],
    breaks: "expired-is-never-fresh",
  },
  {
    name: "stamp a cached verdict anew",
    changes: [
      sharedVerdicts,
      {
        file: "services/decision/src/decide.ts",
        from: "return toAnswer(judgement.decision, decisionId, {",
        to: "return toAnswer({ ...judgement.decision, servedAt: revision }, decisionId, {",
      },
    ],
    breaks: "verdicts-of-the-model",
  },
  {
    name: "put a revision in force by halves",
    changes: [
      {
        file: generations,
        from: "generation = next;",
        to: "const [, other] = generation?.snapshot.policies ?? [];\n      const [first, second] = snapshot.policies;\n      generation = { ...next, snapshot: { ...snapshot, policies: [first, other ?? second].filter((policy) => policy !== undefined) } };",
      },
    ],
    breaks: "paired-probes-agree",
  },
  {
    name: "answer below at_least",
    changes: [
      {
        file: "services/decision/src/reach-generation.ts",
        from: 'return isAtLeast(held, consistency.token) ? "met" : "behind";',
        to: 'return "met";',
      },
    ],
    breaks: "consistency-is-kept",
  },
  {
    name: "read only when notified",
    changes: [{ file: `${bus}/follow-pace.ts`, from: "if (!closed.aborted) cancelNext =", to: "if (failures < 0) cancelNext =" }],
    breaks: "applied-after-heal",
  },
  {
    name: "keep the digest of the revision before",
    changes: [
      {
        file: `${bus}/follow-apply.ts`,
        from: "force.applied = { position, bundleDigest: manifest.bundle.digest };",
        to: "force.applied = { position, bundleDigest: force.applied?.bundleDigest ?? manifest.bundle.digest };",
      },
    ],
    breaks: "one-digest-per-revision",
  },
  {
    name: "count only replicas that report",
    changes: [{ file: `${bus}/rollout.ts`, from: "of target.expected ?? [])", to: "of target.expected?.slice(0, 0) ?? [])" }],
    breaks: "rollouts-are-true",
  },
  {
    name: "call a lost answer a failure",
    changes: [{ file: `${bus}/append-surely.ts`, from: 'isUncertain ? "unknown" : "not-published"', to: '"not-published"' }],
    breaks: "publishers-tell-the-truth",
  },
  {
    name: "refuse what is not there yet",
    changes: [
      {
        file: `${bus}/follow-apply.ts`,
        from: "if (bytes === undefined) {",
        to: 'if (bytes === undefined) {\n    force.nacks.push({ token: manifest, code: "follow-bundle-missing", detail: "" });\n    if (closed.aborted === false) return "refused";',
      },
    ],
    breaks: "only-poison-is-refused",
  },
  {
    name: "believe the bundle that a notification brings",
    changes: [
      { file: `${bus}/follow-log.ts`, from: "|| !bringsItsBundle(entry, verified.manifest)) return false;", to: ") return false;" },
    ],
    breaks: "only-poison-is-refused",
  },
];
