import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEntry, encodeEntry } from "./entry-frame.ts";

describe("encodeEntry", () => {
  it("is read back as it was, with and without a bundle", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.option(fc.uint8Array(), { nil: undefined }), (envelope, bundle) => {
        const entry = decodeEntry(7, encodeEntry({ envelope, ...(bundle === undefined ? {} : { bundle }) }));

        expect(entry).toEqual({ position: 7, envelope, bundle });
      }),
    );
  });
});

describe("decodeEntry", () => {
  it.each([
    ["nothing", []],
    ["a head alone", [1, 0, 0, 0]],
    ["an envelope that is cut short", [1, 0, 0, 0, 3, 9, 9]],
    ["an envelope that is followed by more", [1, 0, 0, 0, 1, 9, 9]],
    ["a length beyond the end", [2, 255, 255, 255, 255, 9]],
    ["another kind", [3, 0, 0, 0, 1, 9]],
  ])("hands %s on as an envelope that nobody signed", (_, bytes) => {
    expect(decodeEntry(1, Uint8Array.from(bytes))).toEqual({ position: 1, envelope: Uint8Array.from(bytes), bundle: undefined });
  });
});
