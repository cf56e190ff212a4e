import { busIdentitySettings, busServerPattern, checkBusIdentity } from "@portcullis/bus-access/settings";
import type { ExpiryAction } from "@portcullis/policy-bus";
import Type from "typebox";

// Written out: their package would bring the NATS client to whoever only reads settings.
const expiryActions: readonly ExpiryAction[] = ["serve", "deny", "defer"];

const text = (description: string) => Type.String({ minLength: 1, description });
const file = (description: string) => Type.Optional(text(description));
const milliseconds = (minimum: number, default_: number, description: string) =>
  Type.Integer({ minimum, maximum: 86_400_000, default: default_, description });

/** How to follow policy over NATS. */
export const busSettings = Type.Object({
  servers: Type.Array(Type.String({ pattern: busServerPattern }), {
    default: [],
    description: "NATS servers (nats://… or tls://…) to follow revisions from; none: policies come from the files of `policies`",
  }),
  ...busIdentitySettings,
  trustFile: file("keys that may sign revisions, as `portcullis keys` writes them; required with `bus.servers`"),
  stateDir: file("folder for the last good revision and how far it was followed, for this replica alone; required with `bus.servers`"),
  readIntervalMs: milliseconds(100, 2_000, "between two questions to the leader whether there is a newer revision"),
});

/** What the replica says of itself and its cluster. */
export const clusterSettings = Type.Object({
  name: Type.String({
    pattern: "^[A-Za-z0-9._-]{1,253}$",
    default: "default",
    description: "cluster whose policy is followed over the bus, and whose reviews are answered; as in `webhook.callers`",
  }),
  replica: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 253,
      description:
        "name of this replica, which no other one of the cluster may have, or a rollout counts both as one; unset: the host's name",
    }),
  ),
  allowTtlSeconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_800,
      description:
        "`allowTTL` of the cluster's ImagePolicyWebhook, for `rollout status`: how long its API servers may repeat an allow; 0: they cache none; unset: not said",
    }),
  ),
  reviewTimeoutSeconds: Type.Integer({
    minimum: 1,
    maximum: 30,
    default: 30,
    description:
      "longest that an API server of the cluster waits for a review: 30 with ImagePolicyWebhook, else the webhooks' `timeoutSeconds`",
  }),
});

/** How old policy may be. */
export const freshnessSettings = Type.Object({
  staleAfterMs: milliseconds(200, 6_000, "age at which answers say `degraded`"),
  ceilingMs: Type.Optional(
    Type.Integer({ minimum: 1_000, maximum: 2_592_000_000, description: "age at which policy expires; unset: never" }),
  ),
  whenExpired: Type.Enum([...expiryActions], {
    default: "serve",
    description: "answer by an expired policy: serve it and say degraded, deny, or defer (undecided, so that `webhook.whenUndecided` says)",
  }),
  coldStartMaxAgeMs: Type.Integer({
    minimum: 0,
    maximum: 2_592_000_000,
    default: 0,
    description:
      "with a ceiling: a stored policy that was confirmed less long ago, by the time of day, is served after a start without the bus; makes proofs by time impossible",
  }),
});

/** The settings that rules over several of them look at. */
export interface CheckedBusSettings {
  readonly bus: Type.Static<typeof busSettings>;
  readonly freshness: Type.Static<typeof freshnessSettings>;
}

interface Problem {
  readonly key: string;
  readonly message: string;
}

/** Rules over several settings, for `loadConfig`. */
export function checkBusSettings({ bus, freshness }: CheckedBusSettings): readonly Problem[] {
  return [...(bus.servers.length === 0 ? checkUnused(bus) : checkUsed(bus)), ...checkFreshness(bus, freshness)];
}

const given = ["trustFile", "stateDir", "nkeyFile", "credentialsFile", "user", "passwordFile", "domain"] as const;

/** Whoever sets these believes that a bus is followed, and it is not. */
function checkUnused(bus: CheckedBusSettings["bus"]): readonly Problem[] {
  const set = given.filter((name) => bus[name] !== undefined);
  return set.map((name) => ({ key: `bus.${name}`, message: "means nothing without `bus.servers`; name the servers, or remove it" }));
}

function checkUsed(bus: CheckedBusSettings["bus"]): readonly Problem[] {
  const problems: Problem[] = [...checkBusIdentity(bus)];
  if (bus.trustFile === undefined)
    problems.push({ key: "bus.trustFile", message: "is required with `bus.servers`: without keys no revision can be believed" });
  if (bus.stateDir === undefined)
    problems.push({ key: "bus.stateDir", message: "is required with `bus.servers`: the last good revision is kept there" });
  return problems;
}

function checkFreshness(
  { readIntervalMs }: CheckedBusSettings["bus"],
  { staleAfterMs, ceilingMs, whenExpired, coldStartMaxAgeMs }: CheckedBusSettings["freshness"],
): readonly Problem[] {
  const problems: Problem[] = [];
  if (staleAfterMs <= readIntervalMs) {
    problems.push({
      key: "freshness.staleAfterMs",
      message: "must be more than `bus.readIntervalMs`, or policy is stale between any two reads",
    });
  }
  if (ceilingMs !== undefined && ceilingMs <= staleAfterMs) {
    problems.push({ key: "freshness.ceilingMs", message: "must be more than `freshness.staleAfterMs`: policy is stale before it expires" });
  }
  if (ceilingMs === undefined && whenExpired !== "serve") {
    problems.push({
      key: "freshness.whenExpired",
      message: `"${whenExpired}" needs \`freshness.ceilingMs\`: without it policy never expires`,
    });
  }
  if (ceilingMs === undefined && coldStartMaxAgeMs > 0) {
    problems.push({
      key: "freshness.coldStartMaxAgeMs",
      message: "means nothing without `freshness.ceilingMs`: stored policy is served at any age",
    });
  }
  return problems;
}
