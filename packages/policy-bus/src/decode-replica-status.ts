import type { RevisionToken } from "@portcullis/policy";
import { type AppliedRevision, expiryActions, freshnessLevels, type ReplicaStatus, type RevisionNack } from "./replica-status.ts";
import { attempt, countOf, FormatError, fieldsOf, listOf, readJson, textOf } from "./signing/strict-json.ts";

/** A report is a few kilobytes: a replica keeps few refusals, with short details. */
const maxBytes = 64 * 1024;
const maxItems = 100;
/** More than any setting allows. What lies further ahead is no time that a calendar has, and would end a rollout for all clusters. */
const maxCeilingMs = 31 * 86_400_000;
const maxBoundMs = 86_400_000;
const line = /^.{0,1000}$/su;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

const required = [
  "cluster",
  "replica",
  "instance",
  "version",
  "applied",
  "appliedDigest",
  "seen",
  "nacks",
  "appliedAt",
  "freshness",
  "stalenessMs",
  "ceilingMs",
  "whenExpired",
  "allowTtlSeconds",
  "frontEndCacheMs",
  "longestReviewMs",
  "reportedAt",
  "sequence",
] as const;

type Field = (typeof required)[number];

/** The bytes of a report. */
export function encodeReplicaStatus(status: ReplicaStatus): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(status));
}

/** A report as a replica of this release writes it; undefined for anything else, whoever wrote it. */
export function decodeReplicaStatus(bytes: Uint8Array): ReplicaStatus | undefined {
  return attempt(
    () => readJson(bytes, { what: "the report", maxBytes, read: readStatus }),
    () => undefined,
  );
}

function readStatus(value: unknown): ReplicaStatus {
  const fields = fieldsOf(value, "the report", { required });
  const text = (name: Field) => textOf(fields.get(name), name, line);
  const count = (name: Field) => countOf(fields.get(name), name);
  const nullable = <T>(name: Field, read: (item: unknown, at: string) => T) =>
    fields.get(name) === null ? null : read(fields.get(name), name);
  return {
    cluster: text("cluster"),
    replica: text("replica"),
    instance: text("instance"),
    version: text("version"),
    applied: nullable("applied", readToken),
    appliedDigest: nullable("appliedDigest", (item, at) => textOf(item, at, /^sha256:[0-9a-f]{64}$/)),
    seen: nullable("seen", readToken),
    nacks: listOf(fields.get("nacks"), "nacks", { min: 0, max: maxItems, read: readNack }),
    appliedAt: listOf(fields.get("appliedAt"), "appliedAt", { min: 0, max: maxItems, read: readApplied }),
    freshness: oneOf(fields.get("freshness"), freshnessLevels),
    stalenessMs: count("stalenessMs"),
    ceilingMs: nullable("ceilingMs", (item, at) => countOf(item, at, { max: maxCeilingMs })),
    whenExpired: oneOf(fields.get("whenExpired"), expiryActions),
    allowTtlSeconds: nullable("allowTtlSeconds", (item, at) => countOf(item, at, { max: maxBoundMs / 1_000 })),
    frontEndCacheMs: nullable("frontEndCacheMs", (item, at) => countOf(item, at, { max: maxBoundMs })),
    longestReviewMs: countOf(fields.get("longestReviewMs"), "longestReviewMs", { max: maxBoundMs }),
    reportedAt: textOf(fields.get("reportedAt"), "reportedAt", isoTime),
    sequence: count("sequence"),
  };
}

function readToken(value: unknown, at: string): RevisionToken {
  const fields = fieldsOf(value, at, { required: ["lineage", "epoch", "revision"] });
  return {
    lineage: textOf(fields.get("lineage"), `${at}.lineage`, line),
    epoch: countOf(fields.get("epoch"), `${at}.epoch`),
    revision: countOf(fields.get("revision"), `${at}.revision`),
  };
}

function readNack(value: unknown, at: string): RevisionNack {
  const fields = fieldsOf(value, at, { required: ["token", "code", "detail"] });
  return {
    token: readToken(fields.get("token"), `${at}.token`),
    code: textOf(fields.get("code"), `${at}.code`, line),
    detail: textOf(fields.get("detail"), `${at}.detail`, line),
  };
}

function readApplied(value: unknown, at: string): AppliedRevision {
  const fields = fieldsOf(value, at, { required: ["token", "at"] });
  return { token: readToken(fields.get("token"), `${at}.token`), at: textOf(fields.get("at"), `${at}.at`, isoTime) };
}

function oneOf<T extends string>(value: unknown, values: readonly T[]): T {
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) throw new FormatError(`${JSON.stringify(value)} is none of ${values.join(", ")}`);
  return found;
}
