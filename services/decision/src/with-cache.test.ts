import { createImagePolicyCache, normalizeDurations } from "@portcullis/api-server-simulator";
import type { Decision } from "@portcullis/policy";
import { aDecision, aRevisionToken, aWorkload, createFakeClock } from "@portcullis/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toCacheTtls } from "./cache-ttl.ts";
import { createGeneration } from "./generation.ts";
import type { Judge } from "./judge.ts";
import { withCache } from "./with-cache.ts";
import { workloadKey } from "./workload-key.ts";

type Step = { readonly decide: number } | { readonly advanceMs: number };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ decide: fc.nat(5) }) },
    {
      weight: 1,
      arbitrary: fc.record({ advanceMs: fc.oneof(fc.constantFrom(1, 999, 1_000, 29_999, 30_000, 30_001, 300_000), fc.nat(400_000)) }),
    },
  ),
  { maxLength: 60 },
);
/** As written in a kube-apiserver's file: 0 is the default. */
const seconds = fc.oneof(fc.constantFrom(0, 2, 1_800), fc.integer({ min: 1, max: 60 }));

describe("withCache", () => {
  it("repeats and forgets verdicts exactly as a kube-apiserver does", async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        seconds,
        seconds,
        fc.integer({ min: 1, max: 4 }),
        async (sequence, allowTtlSeconds, denyTtlSeconds, maxEntries) => {
          const ours = aCache({ allowTtlSeconds, denyTtlSeconds, maxEntries });
          const { allowTtlMs, denyTtlMs } = normalizeDurations({ allowTTL: allowTtlSeconds, denyTTL: denyTtlSeconds });
          const theirs = createImagePolicyCache({ allowTtlMs, denyTtlMs, maxEntries, clock: ours.clock });

          for (const step of sequence) {
            if ("advanceMs" in step) {
              ours.clock.advance(step.advanceMs);
              continue;
            }
            const spec = { namespace: String(step.decide) };
            const isRepeated = theirs.get(spec) !== undefined;
            if (!isRepeated) theirs.add(spec, { allowed: verdictOf(step.decide) === "allow" });

            expect(await ours.isRepeated(step.decide)).toBe(isRepeated);
          }
        },
      ),
    );
  });

  it("never tells a caller more time than the verdict has left", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const { clock, judge } = aCache({ allowTtlSeconds: 300, denyTtlSeconds: 30, maxEntries: 4 });
        const judgedMs = new Map<number, number>();
        const ttlMs = { allow: 300_000, deny: 30_000 };

        for (const step of sequence) {
          if ("advanceMs" in step) {
            clock.advance(step.advanceMs);
            continue;
          }
          const { isRepeated, repeatableUntilMs } = await judge(step.decide);
          const atMs = isRepeated ? judgedMs.get(step.decide) : clock.now();
          judgedMs.set(step.decide, Number(atMs));

          expect(repeatableUntilMs).toBe(Number(atMs) + ttlMs[verdictOf(step.decide)]);
        }
      }),
    );
  });

  it("turns off at -1, each verdict by itself", async () => {
    const onlyDeny = aCache({ allowTtlSeconds: -1, denyTtlSeconds: 0, maxEntries: 4 });

    const repeated = [
      await onlyDeny.isRepeated(0),
      await onlyDeny.isRepeated(0),
      await onlyDeny.isRepeated(1),
      await onlyDeny.isRepeated(1),
    ];

    expect([verdictOf(0), verdictOf(1)]).toEqual(["allow", "deny"]);
    expect(repeated).toEqual([false, false, false, true]);
  });

  it("repeats nothing that failed", async () => {
    let calls = 0;
    const failing: Judge = async () => {
      calls += 1;
      throw new Error("no verdict");
    };
    const clock = createFakeClock();
    const judge = withCache(failing, { ttls: toCacheTtls({ allowTtlSeconds: 0, denyTtlSeconds: 0 }), clock, onLookup: () => {} });
    const generation = aGeneration(4);

    await expect(judge(generation, aWorkload(), aContext(0))).rejects.toThrow("no verdict");
    await expect(judge(generation, aWorkload(), aContext(0))).rejects.toThrow("no verdict");

    expect(calls).toBe(2);
    expect(generation.verdicts.size).toBe(0);
  });
});

function verdictOf(number: number): Decision["verdict"] {
  return number % 2 === 0 ? "allow" : "deny";
}

function aGeneration(maxEntries: number) {
  const snapshot = { revision: aRevisionToken(), policies: [], defaultVerdict: "allow", shortNames: "dockerHub", patternCount: 0 } as const;
  return createGeneration(snapshot, { maxEntries });
}

function aContext(number: number) {
  return { decisionId: "d-1", traceparent: undefined, key: workloadKey(aWorkload({ namespace: String(number) })) };
}

function aCache(options: { readonly allowTtlSeconds: number; readonly denyTtlSeconds: number; readonly maxEntries: number }) {
  const clock = createFakeClock();
  const generation = aGeneration(options.maxEntries);
  let calls = 0;
  const counting: Judge = async (_generation, { namespace }) => {
    calls += 1;
    return { decision: aDecision(verdictOf(Number(namespace))), repeatableUntilMs: 0 };
  };
  const cached = withCache(counting, { ttls: toCacheTtls(options), clock, onLookup: () => {} });

  async function judge(number: number) {
    const before = calls;
    const { repeatableUntilMs } = await cached(generation, aWorkload({ namespace: String(number) }), aContext(number));
    return { isRepeated: calls === before, repeatableUntilMs };
  }
  return { clock, judge, isRepeated: async (number: number) => (await judge(number)).isRepeated };
}
