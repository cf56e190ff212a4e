import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { compile, evaluate } from "@portcullis/policy";
import { aRevisionToken, aWorkload } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { createGeneration } from "./generation.ts";

const mebibyte = 1024 * 1024;
const snapshot = compile({ files: [], }, { revision: aRevisionToken() });

describe("createGeneration", () => {
  it("holds no more memory than it may, however much hostile denials say", () => {
    const { verdicts } = createGeneration(snapshot, { maxEntries: 16_384, maxMebibytes: 16 });
    const before = bytesInUse();

    for (let index = 0; index < 4_000; index++) verdicts.set(`#${index}`, hostileDenial(index, 20));
    const held = bytesInUse() - before;

    expect(verdicts.size).toBeLessThan(1_000);
    expect(verdicts.size).toBeGreaterThan(100);
    expect(held).toBeLessThan(16 * mebibyte);
  });
});
