import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChainState } from "./chain.ts";
import { accepted, aDigest, aDraft, aLineage, aManifest } from "./chain-fixture.ts";
import { firstOfEpoch, nextManifest } from "./draft-manifest.ts";
import { signEnvelope } from "./envelope.ts";
import { generateSigningKey } from "./signing-key.ts";
import { verifyNext } from "./verify-next.ts";

const stranger = generateSigningKey();

describe("verifyNext", () => {
  it("follows revisions in order from the first", () => {
    const { start, publish, chain } = aLineage();
    const envelopes = [publish(), publish(), publish()];

    const end = envelopes.reduce((state, envelope) => accepted(state, envelope).chain, start);

    expect(end).toEqual(chain());
    expect(end.head).toMatchObject({ epoch: 1, revision: 3 });
  });

  it("refuses the second before the first", () => {
    const { start, publish } = aLineage();
    publish();

    expect(verifyNext(start, publish())).toMatchObject({ ok: false, code: "revision-gap", isAlarm: false });
  });

  it("refuses what leaves one out", () => {
    const { publish, chain } = aLineage();
    publish();
    const before = chain();
    publish();

    expect(verifyNext(before, publish())).toMatchObject({ code: "revision-gap", isAlarm: false });
  });

  it("ignores what is older, and what is known", () => {
    const { publish, chain } = aLineage();
    const [first, second] = [publish(), publish()];

    expect(verifyNext(chain(), first)).toMatchObject({ code: "revision-lower", isAlarm: false });
    expect(verifyNext(chain(), second)).toMatchObject({ code: "revision-repeated", isAlarm: false });
  });

  it("raises an alarm at two revisions of one number", () => {
    const { key, start, publish, chain } = aLineage();
    publish();
    const other = signEnvelope(nextManifest(start, aDraft({ publisher: "another" })), [key]);

    expect(verifyNext(chain(), other)).toMatchObject({ code: "revision-fork", isAlarm: true });
  });

  it("raises an alarm at a revision after another head", () => {
    const { key, publish, chain } = aLineage();
    publish();
    const other = signEnvelope(aManifest({ revision: 2, prevDigest: aDigest("b") }), [key]);

    expect(verifyNext(chain(), other)).toMatchObject({ code: "revision-fork", isAlarm: true });
  });

  it("raises an alarm at a revision of another lineage", () => {
    const { key, start } = aLineage();
    const other = signEnvelope(aManifest({ lineage: "staging" }), [key]);

    expect(verifyNext(start, other)).toMatchObject({ code: "revision-other-lineage", isAlarm: true });
  });

  it.each([1, 2])("raises an alarm at revision %i by a key that is not trusted", (revision) => {
    const { publish, chain } = aLineage();
    publish();
    const { head } = chain();
    const prevDigest = revision === 1 ? null : (head?.digest ?? null);
    const forged = signEnvelope(aManifest({ revision, prevDigest, publisher: "a stranger" }), [stranger]);

    expect(verifyNext(chain(), forged)).toMatchObject({ code: "revision-foreign-key", isAlarm: true });
  });
});

describe("verifyNext across a rotation", () => {
  const next = generateSigningKey();

  it("trusts the next keys from the revision after it, and the removed one no more", () => {
    const { key, publish, chain } = aLineage();
    publish({ nextKeys: [next.entry] });

    expect(chain().keys).toEqual([next.entry]);
    expect(verifyNext(chain(), signEnvelope(nextManifest(chain(), aDraft()), [key]))).toMatchObject({ code: "revision-foreign-key" });
    expect(verifyNext(chain(), signEnvelope(nextManifest(chain(), aDraft()), [next]))).toMatchObject({ ok: true });
  });

  it("refuses a rotation that only its own new key signed", () => {
    const { publish, chain } = aLineage();
    publish();
    const rotation = signEnvelope(nextManifest(chain(), aDraft({ nextKeys: [next.entry] })), [next]);

    expect(verifyNext(chain(), rotation)).toMatchObject({ code: "revision-foreign-key", isAlarm: true });
  });

  it("does not take back a removed key when an old rotation is replayed", () => {
    const { key, publish, chain } = aLineage();
    const rotations = [publish({ nextKeys: [key.entry, next.entry] }), publish({ nextKeys: [next.entry] }, next)];
    publish({}, next);

    for (const rotation of rotations) expect(verifyNext(chain(), rotation)).toMatchObject({ code: "revision-lower", isAlarm: false });
  });

  it("takes for a gap, not for a forgery, what a key signed that comes in between", () => {
    const { publish, chain } = aLineage();
    publish();
    const before = chain();
    publish({ nextKeys: [next.entry] });

    expect(verifyNext(before, publish({}, next))).toMatchObject({ code: "revision-gap", isAlarm: false });
  });
});

describe("verifyNext across epochs", () => {
  it("follows a new epoch that continues the head, and ignores the old one from then on", () => {
    const { publish, publishManifest, chain } = aLineage();
    const first = publish();
    publishManifest(firstOfEpoch(chain(), aDraft(), { epoch: 2, continues: headOf(chain()) }));

    expect(chain().head).toMatchObject({ epoch: 2, revision: 1 });
    expect(verifyNext(chain(), first)).toMatchObject({ code: "revision-lower" });
  });

  it("says which head a restore from an older copy leaves out", () => {
    const { key, publish, chain } = aLineage();
    publish();
    const restored = chain();
    publish();
    const epoch = signEnvelope(firstOfEpoch(restored, aDraft(), { epoch: 7, continues: headOf(restored) }), [key]);

    expect(verifyNext(chain(), epoch)).toMatchObject({ ok: true, abandoned: chain().head });
    expect(verifyNext(restored, epoch)).not.toHaveProperty("abandoned");
  });

  it("raises an alarm at an epoch that continues another head of the same number", () => {
    const { key, publish, chain } = aLineage();
    publish();
    const continues = { ...headOf(chain()), digest: aDigest("c") };
    const epoch = signEnvelope(firstOfEpoch(chain(), aDraft(), { epoch: 2, continues }), [key]);

    expect(verifyNext(chain(), epoch)).toMatchObject({ code: "revision-fork", isAlarm: true });
  });

  it("waits for revisions before a new epoch unless they are lost", () => {
    const { key, publish, chain } = aLineage();
    publish();
    const behind = chain();
    publish();
    const epoch = signEnvelope(firstOfEpoch(chain(), aDraft(), { epoch: 2, continues: headOf(chain()) }), [key]);

    expect(verifyNext(behind, epoch)).toMatchObject({ code: "revision-gap", isAlarm: false });
    expect(verifyNext(behind, epoch, { isHistoryLost: true })).toMatchObject({ ok: true });
  });

  it("starts a replica without history at the first revision of any epoch", () => {
    const { start, publish, publishManifest, chain } = aLineage();
    publish();
    const epoch = publishManifest(firstOfEpoch(chain(), aDraft(), { epoch: 2, continues: headOf(chain()) }));

    expect(verifyNext(start, epoch)).toMatchObject({ ok: true });
    expect(verifyNext(start, publish())).toMatchObject({ code: "revision-gap" });
  });

  it("never skips revisions within an epoch, lost or not", () => {
    const { publish, chain } = aLineage();
    publish();
    const before = chain();
    publish();

    expect(verifyNext(before, publish(), { isHistoryLost: true })).toMatchObject({ code: "revision-gap" });
  });
});

describe("verifyNext of whatever a carrier delivers", () => {
  const { start, published } = aHistory();
  // A replica without history may begin with it.
  const newEpoch = 5;
  const deliveries = fc.array(fc.constantFrom(...published.keys()), { maxLength: 60 });

  it("goes through the published chain without gap, and never back", () => {
    fc.assert(
      fc.property(deliveries, (indexes) => {
        let [chain, next] = [start, 0];
        for (const index of indexes) {
          const isNext = index === next || (next === 0 && index === newEpoch);
          const verified = verifyNext(chain, published[index]?.bytes ?? Buffer.alloc(0));
          [chain, next] = verified.ok ? [verified.chain, index + 1] : [chain, next];

          expect(verified).toMatchObject(expected(isNext));
          expect(chain).toEqual(published[next - 1]?.after ?? start);
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** Nothing that a carrier does is an alarm. */
function expected(isNext: boolean) {
  return isNext ? { ok: true } : { ok: false, isAlarm: false };
}

/** Eight revisions with two rotations; the sixth begins a new epoch, and all that begin one are signed by a key of the anchors. */
function aHistory() {
  const lineage = aLineage();
  const other = generateSigningKey();
  const published: { bytes: Buffer; after: ChainState }[] = [];
  const keep = (bytes: Buffer) => published.push({ bytes, after: lineage.chain() });
  keep(lineage.publish());
  keep(lineage.publish({ nextKeys: [other.entry, lineage.key.entry] }));
  keep(lineage.publish({}, other));
  keep(lineage.publish({ widens: 3 }));
  keep(lineage.publish({ rollbackOf: 1 }, other));
  keep(lineage.publishManifest(firstOfEpoch(lineage.chain(), aDraft(), { epoch: 3, continues: headOf(lineage.chain()) })));
  keep(lineage.publish({ nextKeys: [other.entry] }));
  keep(lineage.publish({}, other));
  return { start: lineage.start, published };
}

function headOf({ head }: ChainState) {
  if (head === undefined) throw new Error("the chain is empty");
  return head;
}
