import { createHash } from "node:crypto";
import type { Bundle, BundleFile } from "@portcullis/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bundleDigest } from "../bundle-digest.ts";
import { decodeBundle, encodeBundle } from "./bundle-bytes.ts";

const path = fc.stringMatching(/^[a-zé😀][a-z.é😀]{0,5}(\/[a-z*-]{1,4}){0,2}$/u);
const text = fc.string({ unit: "binary" });
const files = fc.uniqueArray(fc.record({ path, text }), { selector: (file) => file.path, maxLength: 5 });

const bundle: Bundle = { files: [file("b.yaml", "kind: Bundle\n"), file("a/list.txt", "\ufeffnginx\n"), file("empty.txt", "")] };

describe("encodeBundle", () => {
  it("writes bytes whose SHA-256 is the bundle's digest", async () => {
    await fc.assert(
      fc.asyncProperty(files, async (list) => {
        const bytes = await encodeBundle({ files: list });

        expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).toBe(await bundleDigest({ files: list }));
      }),
    );
  });

  it("writes the same bytes whatever the order of files and the cuts in them", async () => {
    const whole = { files: [file("a.txt", "onetwo😀"), file("b.yaml", "x")] };
    const inPieces = { files: [file("b.yaml", "x"), { ...file("a.txt", "one"), rest: ["", "two😀"] }] };

    expect(await encodeBundle(inPieces)).toEqual(await encodeBundle(whole));
  });

  it.each(["", "/etc/passwd", "../up", "a/../b", "a//b", "a/", "./a", "a\\b", "a\0b", "a\nb", "\ud800", "a".repeat(5_000)])(
    "refuses the path %j",
    async (name) => {
      await expect(encodeBundle({ files: [file(name, "")] })).rejects.toMatchObject({ code: "signing-invalid-bundle" });
    },
  );

  it("refuses two files of one path", async () => {
    await expect(encodeBundle({ files: [file("a", "1"), file("a", "2")] })).rejects.toMatchObject({ code: "signing-invalid-bundle" });
  });
});

describe("decodeBundle", () => {
  it("reads back what was written, sorted by path", async () => {
    await fc.assert(
      fc.asyncProperty(files, async (list) => {
        const sorted = list.toSorted((a, b) => (a.path < b.path ? -1 : 1)).map((each) => ({ ...each, text: each.text.toWellFormed() }));

        expect(await decode({ files: list })).toEqual({ ok: true, bundle: { files: sorted } });
      }),
    );
  });

  it("refuses bytes of which one bit was changed, or that are cut short", async () => {
    const bytes = await encodeBundle(bundle);
    const claim = await claimOf(bundle, bytes);

    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(await decodeBundle(changed, claim)).toMatchObject({ ok: false, code: "bundle-wrong-digest" });
    }
    expect(await decodeBundle(bytes.subarray(1), claim)).toMatchObject({ code: "bundle-wrong-size" });
  });

  const length = (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(value));
    return bytes;
  };
  const part = (content: string | Buffer) => Buffer.concat([length(Buffer.byteLength(content)), Buffer.from(content)]);

  it.each<[string, Buffer]>([
    ["ends within a length", Buffer.from("short")],
    ["ends within a path", length(9)],
    ["ends after a path", part("a")],
    ["names a length that no number holds", Buffer.alloc(16, 0xff)],
    ["is not sorted", Buffer.concat([part("b"), part(""), part("a"), part("")])],
    ["holds a file twice", Buffer.concat([part("a"), part(""), part("a"), part("")])],
    ["leads out", Buffer.concat([part("../a"), part("")])],
    ["holds text that is no UTF-8", Buffer.concat([part("a"), part(Buffer.from([0xc3]))])],
    [
      "holds a long text that is no UTF-8",
      Buffer.concat([part("a"), part(Buffer.concat([Buffer.alloc(1_500_000, "a"), Buffer.from([0xc3])]))]),
    ],
    ["holds a long text that is no UTF-8 anywhere", Buffer.concat([part("a"), part(Buffer.alloc(1_500_000, 0x80))])],
    ["holds a path that is no UTF-8", Buffer.concat([part(Buffer.from([0xff])), part("")])],
  ])("refuses what %s, although it was signed", async (_, bytes) => {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

    expect(await decodeBundle(bytes, { digest, sizeBytes: bytes.length })).toMatchObject({ code: "bundle-malformed" });
  });

  it.each([
    { maxFiles: 2, maxFileBytes: 100, maxBundleBytes: 100 },
    { maxFiles: 3, maxFileBytes: 12, maxBundleBytes: 100 },
    { maxFiles: 3, maxFileBytes: 100, maxBundleBytes: 20 },
  ])("refuses more than %j", async (limits) => {
    const bytes = await encodeBundle(bundle);

    expect(await decodeBundle(bytes, await claimOf(bundle, bytes), limits)).toMatchObject({ code: "bundle-too-large" });
  });

  it("reads views into larger buffers", async () => {
    const bytes = await encodeBundle(bundle);
    const view = Buffer.concat([Buffer.from("before"), bytes]).subarray(6);

    expect(await decodeBundle(view, await claimOf(bundle, bytes))).toMatchObject({ ok: true });
  });
});

describe("decodeBundle", () => {
  it.each([0, 1, 2, 3])("reads long texts whose characters begin anywhere: %s", async (shift) => {
    const text = `${"a".repeat(shift)}${"ä€𝄞".repeat(200_000)}`;
    const long = { files: [file("list.txt", text)] };
    const bytes = await encodeBundle(long);

    const decoded = await decodeBundle(bytes, await claimOf(long, bytes));

    if (!decoded.ok) throw new Error(decoded.detail);
    expect(decoded.bundle.files.map((each) => [each.text, ...(each.rest ?? [])].join("") === text)).toEqual([true]);
  });
});

describe("encodeBundle and decodeBundle of a million lines", () => {
  const line = (index: number) => `registry.example/team-${index % 997}/app-${index}:1.${index}\n`;
  const text = Array.from({ length: 1_000_000 }, (_, index) => line(index)).join("");
  const large = { files: [file("list.txt", text), file("policy.yaml", "kind: Bundle\n")] };

  it("lose no character, and let others run in between", async () => {
    const turns = countTurns();
    const bytes = await encodeBundle(large);
    const decoded = await decodeBundle(bytes, await claimOf(large, bytes));
    const count = turns.stop();

    if (!decoded.ok) throw new Error(decoded.detail);
    const [list] = decoded.bundle.files;
    expect([list?.text, ...(list?.rest ?? [])].join("") === text).toBe(true);
    expect(count).toBeGreaterThan(bytes.length / (1024 * 1024));
  });
});

describe("encodeBundle and decodeBundle of thousands of files", () => {
  const many = { files: Array.from({ length: 5_000 }, (_, index) => file(`policies/${index}.yaml`, "kind: ImagePolicy\n")) };

  it("let others run in between", async () => {
    const claim = await claimOf(many, await encodeBundle(many));

    const turns = countTurns();
    const decoded = await decodeBundle(await encodeBundle(many), claim);
    const count = turns.stop();

    expect(decoded).toMatchObject({ ok: true });
    expect(count).toBeGreaterThan(100);
  });
});

async function decode(of: Bundle) {
  const bytes = await encodeBundle(of);
  return decodeBundle(bytes, await claimOf(of, bytes));
}

async function claimOf(of: Bundle, bytes: Buffer) {
  return { digest: await bundleDigest(of), sizeBytes: bytes.length };
}

/** Counts how often the event loop comes round. */
function countTurns() {
  let count = 0;
  let isStopped = false;
  const turn = () => {
    count += 1;
    if (!isStopped) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop() {
      isStopped = true;
      return count;
    },
  };
}

function file(name: string, content: string): BundleFile {
  return { path: name, text: content };
}
