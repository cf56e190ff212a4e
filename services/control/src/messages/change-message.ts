import { bounded, fromRevisionTokenMessage, InvalidMessageError, toRevisionTokenMessage } from "@portcullis/wire";
import type { ChangeOptions } from "@portcullis/wire/policy";
import type { ChangeRequest } from "../policy-administration.ts";
import { present } from "./words.ts";

const maxTimeoutMs = 10 * 60_000;
const maxAudience = 256;

/** What a caller may say of a change; who it is stands in the certificate. */
export type ChangeWishes = Pick<ChangeRequest, "audience" | "isDryRun" | "isForced" | "base" | "timeoutMs">;

export function toChangeMessage({ audience, isDryRun = false, isForced = false, base, timeoutMs = 0 }: ChangeWishes): ChangeOptions {
  return { audience, isDryRun, isForced, base: toBase(base), timeoutMs };
}

function toBase(base: ChangeWishes["base"]): ChangeOptions["base"] {
  if (base === undefined) return undefined;
  return base === null ? { $case: "isNone", value: true } : { $case: "revision", value: toRevisionTokenMessage(base) };
}

/** Throws `InvalidMessageError`. */
export function fromChangeMessage(message: ChangeOptions | undefined): ChangeWishes {
  const { audience, isDryRun, isForced, base, timeoutMs } = present(message, "options");
  if (audience.length === 0) throw new InvalidMessageError("options.audience", 'is empty; name clusters, "*" for all');
  return {
    audience: bounded(audience, "options.audience", maxAudience),
    isDryRun,
    isForced,
    ...(base !== undefined && { base: fromBase(base) }),
    ...(timeoutMs > 0 && { timeoutMs: Math.min(timeoutMs, maxTimeoutMs) }),
  };
}

function fromBase(base: NonNullable<ChangeOptions["base"]>): NonNullable<ChangeWishes["base"]> | null {
  return base.$case === "isNone" ? null : fromRevisionTokenMessage(base.value, "options.revision");
}
