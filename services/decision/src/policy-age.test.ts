import { UndecidedError } from "@portcullis/policy";
import { aRevisionToken, aWorkload } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { aFeed } from "./a-feed.ts";
import { createAgeOf } from "./policy-age.ts";

const servedAt = aRevisionToken({ revision: 7 });
const expired = { freshness: "expired", stalenessMs: 95_000 } as const;

describe("createAgeOf", () => {
  it("says how old a fresh policy is, and when it goes stale that it is degraded", () => {
    const feed = aFeed({ stalenessMs: 1_500 });
    const ageOf = createAgeOf(feed, { ceilingMs: null, whenExpired: "serve" });

    expect(ageOf(aWorkload(), servedAt)).toMatchObject({ stalenessMs: 1_500, degraded: false, denial: undefined });

    feed.reading = { freshness: "stale", stalenessMs: 9_000, provenAtMs: 1_000 };
    expect(ageOf(aWorkload(), servedAt)).toMatchObject({ stalenessMs: 9_000, degraded: true, denial: undefined });
  });

  it("lets nobody repeat a verdict beyond a ceiling that is kept", () => {
    const feed = aFeed({ stalenessMs: 40_000, freshness: "stale" });
    const repeatableMs = (whenExpired: "serve" | "deny" | "defer") =>
      createAgeOf(feed, { ceilingMs: 60_000, whenExpired })(aWorkload(), servedAt).repeatableMs;

    expect([repeatableMs("deny"), repeatableMs("defer"), repeatableMs("serve")]).toEqual([20_000, 20_000, Number.POSITIVE_INFINITY]);
  });

  it("serves an expired policy as degraded where it is told to, and lets nobody repeat it", () => {
    const ageOf = createAgeOf(aFeed(expired), { ceilingMs: 60_000, whenExpired: "serve" });

    expect(ageOf(aWorkload(), servedAt)).toEqual({ stalenessMs: 95_000, degraded: true, repeatableMs: 0, denial: undefined });
  });

  it("denies by an expired policy with a finding that says so", () => {
    const ageOf = createAgeOf(aFeed(expired), { ceilingMs: 60_000, whenExpired: "deny" });

    expect(ageOf(aWorkload(), servedAt).denial).toMatchObject({
      verdict: "deny",
      servedAt,
      denials: [
        {
          rule: "policy-expired",
          message: "the policy was last confirmed 95 s ago, longer than the 60 s that its cluster allows",
        },
      ],
    });
  });

  it("says after a start that nothing was confirmed yet", () => {
    const ageOf = createAgeOf(aFeed({ ...expired, provenAtMs: undefined }), { ceilingMs: 60_000, whenExpired: "defer" });

    expect(() => ageOf(aWorkload(), servedAt)).toThrow("has not been confirmed since this replica started");
  });

  it("is undecided by an expired policy where it is deferred", () => {
    const ageOf = createAgeOf(aFeed(expired), { ceilingMs: 60_000, whenExpired: "defer" });

    expect(() => ageOf(aWorkload(), servedAt)).toThrow(UndecidedError);
  });

  it.each(["deny", "defer"] as const)("lets pass under %s what no policy of any revision judges", (whenExpired) => {
    const ageOf = createAgeOf(aFeed(expired), { ceilingMs: 60_000, whenExpired });

    expect(ageOf(aWorkload({ operation: "UPDATE", imagesUnchanged: true }), servedAt)).toMatchObject({ degraded: true, denial: undefined });
    expect(ageOf(aWorkload({ operation: "DELETE" }), servedAt)).toMatchObject({ degraded: true, denial: undefined });
  });
});
