import { createFakeClock } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { createImagePolicyCache, type ImagePolicyCache, imagePolicyCacheSize } from "./image-policy-cache.ts";

const allow = { allowed: true };
const deny = { allowed: false, reason: "no" };
const spec = { containers: [{ image: "nginx" }], namespace: "shop" };

function aCache(options: { readonly maxEntries?: number; readonly allowTtlMs?: number } = {}) {
  const clock = createFakeClock();
  return { clock, cache: createImagePolicyCache({ allowTtlMs: 300_000, denyTtlMs: 30_000, clock, ...options }) };
}

function namespaces(cache: ImagePolicyCache, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index}`).filter((namespace) => cache.get({ namespace }) !== undefined);
}

describe("createImagePolicyCache", () => {
  it("repeats an allow for allowTTL and a deny for denyTTL, their last moment included", () => {
    const { cache, clock } = aCache();
    cache.add(spec, allow);
    cache.add({ namespace: "other" }, deny);

    clock.advance(30_000);
    const atDenyTtl = [cache.get(spec), cache.get({ namespace: "other" })];
    clock.advance(1);
    const afterDenyTtl = [cache.get(spec), cache.get({ namespace: "other" })];
    clock.advance(270_000);
    const afterAllowTtl = cache.get(spec);

    expect(atDenyTtl).toEqual([allow, deny]);
    expect(afterDenyTtl).toEqual([allow, undefined]);
    expect(afterAllowTtl).toBeUndefined();
    expect(cache.size).toBe(0);
  });

  it("repeats nothing whose time is 0", () => {
    const { cache } = aCache({ allowTtlMs: 0 });

    cache.add(spec, allow);

    expect(cache.get(spec)).toBeUndefined();
  });

  it("is asked by the whole spec, in the order of its images but not of its annotations", () => {
    const { cache } = aCache();
    const full = { containers: [{ image: "a" }, { image: "b" }], annotations: { x: "1", y: "2" }, namespace: "shop" };
    cache.add(full, allow);

    const found = [
      { ...full },
      { ...full, annotations: { y: "2", x: "1" } },
      { ...full, containers: [{ image: "b" }, { image: "a" }] },
      { ...full, containers: [...full.containers, { image: "b" }] },
      { ...full, annotations: { x: "1" } },
      { ...full, namespace: "other" },
    ].map((other) => cache.get(other) !== undefined);

    expect(found).toEqual([true, true, false, false, false, false]);
  });

  it("forgets what was used least recently", () => {
    const { cache } = aCache({ maxEntries: 3 });
    for (const namespace of ["0", "1", "2"]) cache.add({ namespace }, allow);

    cache.get({ namespace: "0" });
    cache.add({ namespace: "3" }, allow);

    expect(namespaces(cache, 4)).toEqual(["0", "2", "3"]);
  });

  it("holds 1,024 verdicts", () => {
    const { cache } = aCache();

    for (let index = 0; index <= imagePolicyCacheSize; index++) cache.add({ namespace: `${index}` }, allow);

    expect(cache.size).toBe(1024);
    expect(cache.get({ namespace: "0" })).toBeUndefined();
  });
});
