import { describe, expect, it } from "vitest";
import { aDigest, aManifest } from "./chain-fixture.ts";
import { decodeManifest, encodeManifest, type Manifest, maxManifestBytes } from "./manifest.ts";
import { maxKeys } from "./public-key.ts";
import { generateSigningKey } from "./signing-key.ts";

const { entry } = generateSigningKey();
const other = generateSigningKey().entry;
const continues = { epoch: 1, revision: 9, digest: aDigest("c") };

const whole: Manifest = aManifest({
  revision: 4,
  prevDigest: aDigest("b"),
  audience: ["canary-*", "prod"],
  nextKeys: [entry, other],
  rollbackOf: 2,
  widens: 3,
});

describe("decodeManifest", () => {
  it.each([aManifest(), whole, aManifest({ epoch: 2, continues, nextKeys: [entry] })])(
    "reads what encodeManifest writes: %#",
    (manifest) => {
      expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
    },
  );

  it.each<[string, Record<string, unknown>]>([
    ["lineage", { lineage: "a.b" }],
    ["lineage", { lineage: "" }],
    ["epoch", { epoch: 0 }],
    ["epoch", { epoch: 2 ** 53 }],
    ["epoch", { epoch: "1" }],
    ["revision", { revision: 1.5 }],
    ["revision", { revision: -1 }],
    ["prevDigest", { prevDigest: null }],
    ["prevDigest", { prevDigest: "sha256:abc" }],
    ["prevDigest", { prevDigest: aDigest("B") }],
    ["prevDigest", { revision: 1, rollbackOf: undefined, widens: undefined }],
    ["bundle", { bundle: null }],
    ["bundle", { bundle: [] }],
    ["bundle.digest", { bundle: { ...whole.bundle, digest: `sha512:${"a".repeat(64)}` } }],
    ["bundle.sizeBytes", { bundle: { ...whole.bundle, sizeBytes: 2 ** 40 } }],
    ["bundle.inline", { bundle: { ...whole.bundle, inline: 1 } }],
    ["audience", { audience: [] }],
    ["audience", { audience: "*" }],
    ["audience", { audience: Array(257).fill("*") }],
    ["audience[1]", { audience: ["*", "a b"] }],
    ["audience[0]", { audience: ["a/b"] }],
    ["continues", { continues }],
    ["nextKeys", { nextKeys: [] }],
    ["nextKeys", { nextKeys: [entry, entry] }],
    ["nextKeys", { nextKeys: Array(maxKeys + 1).fill(entry) }],
    ["nextKeys[0].keyId", { nextKeys: [{ ...entry, keyId: other.keyId }] }],
    ["nextKeys[0].spki", { nextKeys: [{ ...entry, spki: `${entry.spki.slice(0, -2)}-=` }] }],
    ["rollbackOf", { rollbackOf: 4 }],
    ["widens", { widens: 0 }],
    ["publishedAt", { publishedAt: "2026-02-30T00:00:00.000Z" }],
    ["publishedAt", { publishedAt: "2026-01-02" }],
    ["publisher", { publisher: "" }],
    ["publisher", { publisher: "a\u001b[2J" }],
    ["publisher", { publisher: "a\u202eb" }],
    ["publisher", { publisher: "a".repeat(257) }],
  ])("refuses a wrong %s: %j", (at, fields) => {
    expect(decodeManifest(jsonOf({ ...whole, ...fields }))).toMatchObject({ problem: expect.stringContaining(at), isNewer: false });
  });

  it.each([
    ["names no head to continue", aManifest({ epoch: 2, nextKeys: [entry] })],
    ["names no keys", aManifest({ epoch: 2, continues })],
    ["continues itself", aManifest({ epoch: 2, continues: { ...continues, epoch: 2 }, nextKeys: [entry] })],
  ])("refuses a new epoch that %s", (_, manifest) => {
    expect(decodeManifest(jsonOf(manifest))).toMatchObject({ problem: expect.stringMatching(/continues/u) });
  });

  it("takes an unknown field, at any depth, for the work of a newer release", () => {
    const nested = { ...whole, bundle: { ...whole.bundle, format: 2 } };

    expect(decodeManifest(jsonOf({ ...whole, notBefore: "2027" }))).toMatchObject({ isNewer: true });
    expect(decodeManifest(jsonOf(nested))).toMatchObject({ isNewer: true });
  });

  it.each(Object.keys(aManifest()))("refuses a manifest without %s", (field) => {
    expect(decodeManifest(jsonOf({ ...aManifest(), [field]: undefined }))).toHaveProperty("problem");
  });

  const text = JSON.stringify(aManifest());

  it.each([
    ["with blanks", ` ${text}`],
    ["with a byte order mark", `\ufeff${text}`],
    ["with a key twice", text.replace("{", '{"epoch":1,')],
    ["with another spelling of a number", text.replace('"epoch":1', '"epoch":1.0')],
    ["with needless escapes", text.replace("policies", "policie\\u0073")],
    ["that goes on", `${text}{}`],
    ["that is cut short", text.slice(0, -1)],
    ["of nothing", ""],
    ["that is no object", "[]"],
    ["nested deeply", "[".repeat(60_000)],
  ])("refuses JSON %s", (_, json) => {
    expect(decodeManifest(Buffer.from(json))).toMatchObject({ isNewer: false });
  });

  it("refuses what is no UTF-8", () => {
    const bytes = encodeManifest(aManifest());
    bytes[bytes.indexOf("ci@example")] = 0xff;

    expect(decodeManifest(bytes)).toMatchObject({ problem: expect.stringContaining("UTF-8") });
  });

  it("refuses more bytes than a manifest has, before it reads them", () => {
    expect(decodeManifest(Buffer.alloc(maxManifestBytes + 1, "["))).toMatchObject({ problem: expect.stringContaining("at most") });
  });
});

describe("encodeManifest", () => {
  it("refuses to write what nobody would read", () => {
    expect(() => encodeManifest(aManifest({ audience: [] }))).toThrowError(expect.objectContaining({ code: "signing-invalid-manifest" }));
  });

  it("carries a full set of keys and 200 clusters", () => {
    const nextKeys = Array.from({ length: maxKeys }, () => generateSigningKey().entry);
    const audience = Array.from({ length: 200 }, (_, index) => `${"c".repeat(240)}-${index}`);

    const bytes = encodeManifest(aManifest({ nextKeys, audience }));

    expect(bytes.length).toBeLessThanOrEqual(maxManifestBytes);
  });
});

function jsonOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
