import { createTemporaryFolder } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { describeOpenFileLimit } from "./open-file-limit.ts";

describe("describeOpenFileLimit", () => {
  it.each([
    ["64                   4096                 files", "this process may have 64 files and connections open at once"],
    ["8192                 8192                 files", undefined],
    ["unlimited            unlimited            files", undefined],
  ])("of %s says %s", async (limits, expected) => {
    await using folder = await createTemporaryFolder();
    const path = await folder.write("limits", `Max processes  10 10 processes\nMax open files            ${limits}\n`);

    const said = await describeOpenFileLimit(path);

    expect(said?.split(",")[0]).toBe(expected);
  });

  it("says nothing where the system does not tell", async () => {
    expect(await describeOpenFileLimit("/nowhere/limits")).toBeUndefined();
  });
});
