import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startChain } from "./chain.ts";
import { encodeChain, resumeChain } from "./chain-file.ts";
import { accepted, aDigest, aLineage } from "./chain-fixture.ts";
import { generateSigningKey } from "./signing-key.ts";

const next = generateSigningKey();

describe("resumeChain", () => {
  it("takes up a chain where it was left, with the keys it had reached", () => {
    const { key, chain, publish } = aLineage();
    publish({ nextKeys: [next.entry] });

    const resumed = resumeChain(encodeChain(chain()), { lineage: "policies", keys: [key.entry] });

    expect(resumed).toEqual({ ok: true, chain: chain(), reached: chain().head, hasNewAnchors: false });
    expect(resumed.ok && accepted(resumed.chain, publish({}, next)).chain).toEqual(chain());
  });

  it("takes up a chain that has not begun", () => {
    const { key, start } = aLineage();

    expect(resumeChain(encodeChain(start), { lineage: "policies", keys: [key.entry] })).toMatchObject({ ok: true, chain: start });
  });

  it("trusts other anchors than it began with, and nothing else, from the same place on", () => {
    const { chain, publish } = aLineage();
    publish();

    const resumed = resumeChain(encodeChain(chain()), { lineage: "policies", keys: [next.entry] });

    expect(resumed).toMatchObject({ ok: true, hasNewAnchors: true, chain: { head: chain().head, keys: [next.entry] } });
    expect(resumed.ok && resumeChain(encodeChain(resumed.chain), { lineage: "policies", keys: [next.entry] })).toMatchObject({
      hasNewAnchors: false,
    });
  });

  it("begins anew where other anchors say so, and tells how far it had come", () => {
    const { key, chain, publish } = aLineage();
    publish({ nextKeys: [next.entry] });
    const { head: startsAfter } = chain();
    const second = publish({}, next);
    if (startsAfter === undefined) throw new Error("nothing was published");

    const resumed = resumeChain(encodeChain(chain()), { lineage: "policies", keys: [next.entry], startsAfter });

    expect(resumed).toMatchObject({ ok: true, hasNewAnchors: true, reached: chain().head, chain: { head: startsAfter } });
    expect(resumed.ok && accepted(resumed.chain, second).chain.head).toEqual(chain().head);
    expect(resumeChain(encodeChain(chain()), { lineage: "policies", keys: [key.entry], startsAfter })).toMatchObject({ chain: chain() });
  });

  it("goes on from a later place that the same anchors have come to name", () => {
    const { key, start } = aLineage();
    const startsAfter = { epoch: 1, revision: 9, digest: aDigest("9") };
    const stored = { ...start, head: { epoch: 1, revision: 5, digest: aDigest("5") } };

    const resumed = resumeChain(encodeChain(stored), { lineage: "policies", keys: [key.entry], startsAfter });

    expect(resumed).toMatchObject({ chain: { head: startsAfter }, reached: stored.head, hasNewAnchors: false });
  });

  it("refuses the chain of another lineage", () => {
    const { key, start } = aLineage();

    expect(resumeChain(encodeChain(start), { lineage: "staging", keys: [key.entry] })).toMatchObject({ code: "chain-other-lineage" });
  });

  it("refuses a chain that was torn at any byte", () => {
    const { key, chain, publish } = aLineage();
    publish();
    const bytes = encodeChain(chain());

    for (let length = 0; length < bytes.length; length++) {
      const torn = resumeChain(bytes.subarray(0, length), { lineage: "policies", keys: [key.entry] });
      expect(torn).toMatchObject({ ok: false, code: "chain-malformed" });
    }
  });

  it("never throws, whatever the bytes", () => {
    const anchors = { lineage: "policies", keys: [next.entry] };

    fc.assert(fc.property(fc.json(), (json) => !resumeChain(Buffer.from(json), anchors).ok));
  });
});

describe("startChain", () => {
  it("follows from the revision after the one its anchors name", () => {
    const { publish, chain } = aLineage();
    const first = publish({ nextKeys: [next.entry] });
    const { head: startsAfter } = chain();
    if (startsAfter === undefined) throw new Error("nothing was published");

    const start = startChain({ lineage: "policies", keys: [next.entry], startsAfter });

    expect(accepted(start, publish({}, next)).manifest.revision).toBe(2);
    expect(() => accepted(start, first)).toThrowError("revision-repeated");
  });
});
