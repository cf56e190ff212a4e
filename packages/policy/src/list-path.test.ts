import { describe, expect, it } from "vitest";
import { resolveListPath } from "./list-path.ts";

describe("resolveListPath", () => {
  it.each([
    ["policies.yaml", "a.txt", "a.txt"],
    ["team/policies.yaml", "a.txt", "team/a.txt"],
    ["team/policies.yaml", "./lists//a.txt", "team/lists/a.txt"],
    ["team/policies.yaml", "../a.txt", "a.txt"],
    ["team/policies.yaml", "../other/a.txt", "other/a.txt"],
  ])("from %s finds %s at %s", (from, name, path) => {
    expect(resolveListPath(from, name)).toBe(path);
  });

  it.each(["../../a.txt", "/a.txt", "..\\a.txt", "a\0.txt", "lists/../../../a.txt"])("refuses %j", (name) => {
    expect(resolveListPath("team/policies.yaml", name)).toBeUndefined();
  });
});
