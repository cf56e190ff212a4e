import { createPublicKey, sign, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aManifest } from "./chain-fixture.ts";
import { manifestPayloadType, maxEnvelopeBytes, openEnvelope, preAuthenticationEncoding, signEnvelope } from "./envelope.ts";
import { encodeManifest, type Manifest } from "./manifest.ts";
import { sha256 } from "./public-key.ts";
import { generateSigningKey, type SigningKey } from "./signing-key.ts";

const key = generateSigningKey();
const other = generateSigningKey();
const manifest = aManifest();
const payload = encodeManifest(manifest);

describe("preAuthenticationEncoding", () => {
  it("is as the specification's example", () => {
    expect(preAuthenticationEncoding("http://example.com/HelloWorld", Buffer.from("hello world")).toString()).toBe(
      "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
    );
  });

  it("verifies the specification's example of a signature", () => {
    const coordinate = (decimal: bigint) => Buffer.from(decimal.toString(16).padStart(64, "0"), "hex").toString("base64url");
    const x = coordinate(46950820868899156662930047687818585632848591499744589407958293238635476079160n);
    const y = coordinate(5640078356564379163099075877009565129882514886557779369047442380624545832820n);
    const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
    const signature = Buffer.from("A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==", "base64");

    const message = preAuthenticationEncoding("http://example.com/HelloWorld", Buffer.from("hello world"));

    expect(verify("sha256", message, { key: publicKey, dsaEncoding: "ieee-p1363" }, signature)).toBe(true);
  });

  it("counts bytes, not characters", () => {
    expect(preAuthenticationEncoding("é", Buffer.from("ü")).toString()).toBe("DSSEv1 2 é 2 ü");
  });
});

describe("signEnvelope", () => {
  it("makes an envelope that any DSSE verifier reads", () => {
    const envelope = JSON.parse(signEnvelope(manifest, [key]).toString());
    const message = Buffer.from(`DSSEv1 ${manifestPayloadType.length} ${manifestPayloadType} ${payload.length} ${payload.toString()}`);

    expect(envelope).toMatchObject({ payloadType: manifestPayloadType, signatures: [{ keyid: key.entry.keyId }] });
    expect(Buffer.from(envelope.payload, "base64")).toEqual(payload);
    expect(verify(null, message, publicKeyOf(key), Buffer.from(envelope.signatures[0].sig, "base64"))).toBe(true);
  });

  it("refuses to sign twice with one key", () => {
    expect(() => signEnvelope(manifest, [key, key])).toThrowError(expect.objectContaining({ code: "signing-invalid-manifest" }));
  });
});

describe("openEnvelope", () => {
  it("returns the manifest, its digest and who signed", () => {
    const opened = openEnvelope(signEnvelope(manifest, [key]), [other.entry, key.entry]);

    expect(opened).toEqual({ ok: true, manifest, digest: sha256(payload), signedBy: [key.entry.keyId] });
  });

  it("is content with one of several signatures, and skips keys it does not know", () => {
    const envelope = signEnvelope(manifest, [other, key]);

    expect(openEnvelope(envelope, [key.entry])).toMatchObject({ signedBy: [key.entry.keyId] });
    expect(openEnvelope(envelope, [key.entry, other.entry])).toMatchObject({ signedBy: [other.entry.keyId, key.entry.keyId] });
  });

  it("refuses any envelope of which one bit was changed", () => {
    const envelope = signEnvelope(manifest, [key]);

    for (let bit = 0; bit < envelope.length * 8; bit++) {
      const changed = Buffer.from(envelope);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(openEnvelope(changed, [key.entry, other.entry]).ok, `bit ${bit}`).toBe(false);
    }
  });

  it("counts no signature of which one bit was changed, nor its key id, beside one that is right", () => {
    const envelope = signEnvelope(manifest, [key, other]);
    const signatures = envelope.indexOf('"sig"');

    fc.assert(
      fc.property(fc.integer({ min: signatures * 8, max: envelope.length * 8 - 1 }), (bit) => {
        const changed = Buffer.from(envelope);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const opened = openEnvelope(changed, [key.entry, other.entry]);
        // The id of a key is no part of what it signs: changed, it is a key that nobody knows.
        if (opened.ok) expect(opened.signedBy).toHaveLength(1);
      }),
    );
  });

  it("refuses an envelope cut short at any byte", () => {
    const envelope = signEnvelope(manifest, [key]);

    for (let length = 0; length < envelope.length; length++) {
      expect(openEnvelope(envelope.subarray(0, length), [key.entry])).toMatchObject({ code: "revision-malformed" });
    }
  });

  it("never throws, whatever the bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => !openEnvelope(bytes, [key.entry]).ok));
    fc.assert(fc.property(fc.json(), (json) => !openEnvelope(Buffer.from(json), [key.entry]).ok));
  });

  const [signature] = signaturesOf(signEnvelope(manifest, [key]));
  const wrong = sign(null, Buffer.from("another message"), key.privateKey).toString("base64");
  const byOther = { keyid: other.entry.keyId, sig: signature.sig };

  it.each<[string, string, readonly unknown[]]>([
    ["without signatures", "revision-unsigned", []],
    ["by a stranger", "revision-foreign-key", [byOther]],
    ["by a key without id", "revision-malformed", [{ sig: signature.sig }]],
    ["with a signature of something else", "revision-bad-signature", [{ ...signature, sig: wrong }]],
    ["with a wrong signature beside a right one", "revision-malformed", [signature, { ...signature, sig: wrong }]],
    ["signed twice by one key", "revision-malformed", [signature, signature]],
    ["with a short signature", "revision-malformed", [{ ...signature, sig: signature.sig.slice(0, 84) }]],
    ["with an empty signature", "revision-malformed", [{ ...signature, sig: "" }]],
    ["with base64 that has loose bits", "revision-malformed", [{ ...signature, sig: loosen(signature.sig) }]],
    ["with base64 that lacks its padding", "revision-malformed", [{ ...signature, sig: signature.sig.slice(0, -2) }]],
    ["with a field nobody signed", "revision-malformed", [{ ...signature, cert: "a" }]],
    ["signed by more keys than there may be", "revision-malformed", Array(17).fill(signature)],
    ["with signatures that are none", "revision-malformed", [null]],
  ])("refuses an envelope %s: %s", (_, code, signatures) => {
    expect(openEnvelope(envelopeOf({ signatures }), [key.entry])).toMatchObject({ ok: false, code });
  });

  it("refuses the other spelling of a signature that mathematics allows", () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const bytes = Buffer.from(signature.sig, "base64");
    const scalar = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`) + order;
    const spelled = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex").reverse();
    const sig = Buffer.concat([bytes.subarray(0, 32), spelled]).toString("base64");

    expect(openEnvelope(envelopeOf({ signatures: [{ ...signature, sig }] }), [key.entry])).toMatchObject({
      code: "revision-bad-signature",
    });
  });

  it("refuses, and does not throw, where a trusted key is no point of the curve", () => {
    for (const byte of [0x00, 0x02, 0xff]) {
      const spki = Buffer.concat([Buffer.from(key.entry.spki, "base64").subarray(0, 12), Buffer.alloc(32, byte)]).toString("base64");

      expect(openEnvelope(envelopeOf({ signatures: [signature] }), [{ ...key.entry, spki }])).toMatchObject({
        code: "revision-bad-signature",
      });
    }
  });

  it("refuses more bytes than an envelope has", () => {
    expect(openEnvelope(Buffer.alloc(maxEnvelopeBytes + 1, "a"), [key.entry])).toMatchObject({ code: "revision-malformed" });
  });

  it.each([
    ["another type", "application/vnd.portcullis.revision.v2+json", payload],
    ["a field it does not know", manifestPayloadType, Buffer.from(JSON.stringify({ ...manifest, notBefore: 1 }))],
  ])("asks for an upgrade where a trusted key signed %s", (_, payloadType, body) => {
    const envelope = signAnything(body, payloadType);

    expect(openEnvelope(envelope, [key.entry])).toMatchObject({ code: "revision-unsupported", isAlarm: false });
    expect(openEnvelope(envelope, [other.entry])).toMatchObject({ code: "revision-foreign-key" });
  });

  it("refuses a manifest of this type that was signed for another", () => {
    const { signatures } = JSON.parse(signAnything(payload, "text/plain").toString());

    expect(openEnvelope(envelopeOf({ signatures }), [key.entry])).toMatchObject({ code: "revision-bad-signature" });
  });

  it("carries the largest manifest with a signature by every key", () => {
    const keys: [SigningKey, ...SigningKey[]] = [key, ...Array.from({ length: 15 }, generateSigningKey)];
    const audience = Array.from({ length: 250 }, (_, index) => `${"c".repeat(245)}-${index}`);
    const large: Manifest = aManifest({ audience });

    expect(openEnvelope(signEnvelope(large, keys), [key.entry])).toMatchObject({ ok: true });
  });
});

function envelopeOf(fields: Record<string, unknown>): Buffer {
  return Buffer.from(JSON.stringify({ payload: payload.toString("base64"), payloadType: manifestPayloadType, ...fields }));
}

function signAnything(body: Buffer, payloadType: string): Buffer {
  const sig = sign(null, preAuthenticationEncoding(payloadType, body), key.privateKey).toString("base64");
  const signatures = [{ keyid: key.entry.keyId, sig }];
  return Buffer.from(JSON.stringify({ payload: body.toString("base64"), payloadType, signatures }));
}

function signaturesOf(envelope: Buffer): [{ keyid: string; sig: string }] {
  return JSON.parse(envelope.toString()).signatures;
}

/** 64 bytes leave four bits of the last character unused. */
function loosen(base64: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const last = alphabet.indexOf(base64.charAt(85));
  return `${base64.slice(0, 85)}${alphabet[last + 1]}==`;
}

function publicKeyOf({ entry }: SigningKey) {
  return createPublicKey({ key: Buffer.from(entry.spki, "base64"), format: "der", type: "spki" });
}
