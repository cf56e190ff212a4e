import { describe, expect, it } from "vitest";
import { memoryRevisionLog } from "./memory-revision-log.ts";
import { aListBundle, publish, published, publishingAnchors, publishingKey } from "./publish-fixture.ts";
import { readRevisions } from "./revision-history.ts";
import { decodeBundle } from "./signing/bundle-bytes.ts";
import { generateSigningKey } from "./signing/signing-key.ts";

describe("publishRevision", () => {
  it("publishes the first revision, and the next after it", async () => {
    const log = memoryRevisionLog();

    const first = await published(log, { text: "a" });
    const second = await published(log, { text: "b", audience: ["canary-*"] });

    expect(first.token).toEqual({ lineage: "policies", epoch: 1, revision: 1 });
    expect(second.token).toEqual({ lineage: "policies", epoch: 1, revision: 2 });
    expect(second.manifest.prevDigest).toBe(first.digest);
    expect(second.manifest.audience).toEqual(["canary-*"]);
  });

  it("publishes what is in force already only where it is forced", async () => {
    const log = memoryRevisionLog();
    const first = await published(log);

    const again = await publish(log);
    const forced = await published(log, { isForced: true });

    expect(again).toEqual({ outcome: "unchanged", revision: first });
    expect(forced.token.revision).toBe(2);
  });

  it("puts what is too large for an entry into the store first", async () => {
    const log = memoryRevisionLog({ inlineLimitBytes: 100 });
    const bundle = aListBundle("x".repeat(1_000));

    const { manifest } = await published(log, { change: { kind: "content", bundle, audience: ["*"] } });
    const stored = await log.getBundle(manifest.bundle.digest);

    expect(manifest.bundle.inline).toBe(false);
    expect(await decodeBundle(stored ?? Buffer.alloc(0), manifest.bundle)).toEqual({ ok: true, bundle });
  });

  it.each([100, 10_000])("brings old content back as a new revision, with entries of up to %i bytes", async (inlineLimitBytes) => {
    const log = memoryRevisionLog({ inlineLimitBytes });
    const first = await published(log, { text: "x".repeat(1_000) });
    await published(log, { text: "b" });

    const third = await published(log, { change: { kind: "rollback", to: 1, audience: ["*"] } });

    expect(third.token.revision).toBe(3);
    expect(third.manifest.rollbackOf).toBe(1);
    expect(third.manifest.bundle).toEqual(first.manifest.bundle);
  });

  it("widens an audience as a new revision with the same bundle", async () => {
    const log = memoryRevisionLog();
    const first = await published(log, { audience: ["canary"] });

    const second = await published(log, { change: { kind: "widen", revision: 1, audience: ["canary", "blue-*"] } });

    expect(second.manifest.widens).toBe(1);
    expect(second.manifest.bundle.digest).toBe(first.manifest.bundle.digest);
  });

  it("refuses to widen to an audience that leaves a cluster out", async () => {
    const log = memoryRevisionLog();
    await published(log, { audience: ["canary"] });

    const narrowed = publish(log, { change: { kind: "widen", revision: 1, audience: ["blue-*"] } });

    await expect(narrowed).rejects.toMatchObject({ code: "publish-audience-not-wider" });
  });

  it("refuses to bring back what never was", async () => {
    const log = memoryRevisionLog();
    await published(log);

    const rolledBack = publish(log, { change: { kind: "rollback", to: 7, audience: ["*"] } });

    await expect(rolledBack).rejects.toMatchObject({ code: "publish-no-such-revision" });
  });

  it("begins a new epoch that names the head it continues", async () => {
    const log = memoryRevisionLog();
    const first = await published(log);

    const restored = await published(log, { change: { kind: "content", bundle: aListBundle("b"), audience: ["*"], newEpoch: {} } });

    expect(restored.token).toEqual({ lineage: "policies", epoch: 2, revision: 1 });
    expect(restored.manifest.continues).toEqual({ epoch: 1, revision: 1, digest: first.digest });
  });

  it("goes on with the keys that a revision named as the next ones, and with no other", async () => {
    const log = memoryRevisionLog();
    const next = generateSigningKey();
    await published(log, { nextKeys: [next.entry] });

    const old = publish(log, { text: "b" });
    await expect(old).rejects.toMatchObject({ code: "publish-key-untrusted" });
    const rotated = await published(log, { text: "b", keys: [next] });

    expect(rotated.signedBy).toEqual([next.entry.keyId]);
  });

  it("refuses where another revision is in force than the one that was looked at", async () => {
    const log = memoryRevisionLog();
    const first = await published(log);
    const { chain } = await readRevisions(log, publishingAnchors);
    const second = await published(log, { text: "b" });

    const late = await publish(log, { text: "c", base: chain.head ?? null });

    expect(first.token.revision).toBe(1);
    expect(late).toEqual({ outcome: "conflict", won: second });
  });

  it("publishes over garbage, and lists it", async () => {
    const log = memoryRevisionLog();
    await log.append({ envelope: Buffer.from("garbage") }, { expectedPosition: 0, messageId: "garbage" });

    const { position } = await published(log);
    const { skipped, lastPosition } = await readRevisions(log, publishingAnchors);

    expect(position).toBe(2);
    expect(lastPosition).toBe(2);
    expect(skipped).toMatchObject([{ position: 1, code: "revision-malformed", isAlarm: true, isSigned: false }]);
  });

  it("refuses to begin in a log whose revisions others signed, unless it is forced", async () => {
    const log = memoryRevisionLog();
    const other = generateSigningKey();
    await published(log, { keys: [other], anchors: { lineage: "policies", keys: [other.entry] } });

    await expect(publish(log)).rejects.toMatchObject({ code: "publish-history-unverified" });
    const forced = await published(log, { isForced: true });

    expect(forced.token.revision).toBe(1);
  });

  it("refuses to go on where the log has lost a revision, and begins a new epoch there", async () => {
    const whole = memoryRevisionLog();
    for (const text of ["a", "b", "c"]) await published(whole, { text });
    const log = memoryRevisionLog();
    for await (const { position, envelope } of whole.readAfter(0)) {
      const expectedPosition = position === 1 ? 0 : 1;
      if (position !== 2) await log.append({ envelope }, { expectedPosition, messageId: `copy-${position}` });
    }
    const { chain } = await readRevisions(whole, publishingAnchors);

    await expect(publish(log, { text: "d" })).rejects.toMatchObject({ code: "publish-history-broken" });
    const newEpoch = chain.head === undefined ? {} : { continues: chain.head };
    const restored = await published(log, { change: { kind: "content", bundle: aListBundle("d"), audience: ["*"], newEpoch } });

    expect(restored.token).toEqual({ lineage: "policies", epoch: 2, revision: 1 });
    expect(restored.manifest.continues).toMatchObject({ epoch: 1, revision: 3 });
    expect(restored.signedBy).toEqual([publishingKey.entry.keyId]);
  });
});
