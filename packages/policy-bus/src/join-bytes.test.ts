import { describe, expect, it } from "vitest";
import { joinBytes } from "./join-bytes.ts";

describe("joinBytes", () => {
  it("joins parts of any length in their order", async () => {
    const parts = [3, 0, 2_500_000, 1, 1_048_576].map((length, index) => new Uint8Array(length).fill(index + 1));

    const joined = await joinBytes(parts);

    expect(Buffer.compare(joined, Buffer.concat(parts))).toBe(0);
  });

  it("makes nothing of nothing", async () => {
    expect(await joinBytes([])).toEqual(new Uint8Array());
  });
});
