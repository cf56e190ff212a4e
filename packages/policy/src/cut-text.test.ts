import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { cutText } from "./cut-text.ts";

describe("cutText", () => {
  it("leaves alone what fits, and marks where it cut", () => {
    expect(cutText("nginx", 5)).toBe("nginx");
    expect(cutText("nginx:1", 5)).toBe("nginx…");
  });

  it("does not keep alive what it was cut from", () => {
    const before = bytesInUse();

    const cut = Array.from({ length: 64 }, (_, index) => cutText(ofOneMebibyte(index), 1_000));
    const after = bytesInUse();

    expect(cut.map(({ length }) => length)).toEqual(Array(64).fill(1_001));
    expect(after - before).toBeLessThan(8 * 1024 * 1024);
  });
});

function ofOneMebibyte(index: number): string {
  return Buffer.alloc(1024 * 1024, `${index}/`).toString("latin1");
}

function bytesInUse(): number {
  setFlagsFromString("--expose-gc");
  const collectGarbage: unknown = runInNewContext("gc");
  if (typeof collectGarbage === "function") collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
