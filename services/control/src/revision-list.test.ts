import { describe, expect, it } from "vitest";
import { parseRevisionSelector } from "./revision-list.ts";

describe("parseRevisionSelector", () => {
  it.each([
    ["newest", "newest"],
    ["7", { revision: 7 }],
    ["2.7", { epoch: 2, revision: 7 }],
  ])("reads %s", (text, selector) => {
    expect(parseRevisionSelector(text)).toEqual(selector);
  });

  it.each(["", "0", "07", "-1", "1.", ".1", "1.0", "1.2.3", "1e3", "Newest", "99999999999"])("refuses %j", (text) => {
    expect(parseRevisionSelector(text)).toBeUndefined();
  });
});
