import { ConfigError } from "@portcullis/config";
import { describe, expect, it } from "vitest";
import { readArguments } from "./read-arguments.ts";

describe("readArguments", () => {
  it("reads both ways to give a value, and none", () => {
    const flags = readArguments(["--webhook-port", "8443", "--config=a=b.yaml", "--help", "--admin-port=0"]);

    expect(flags).toEqual({ "webhook-port": "8443", config: "a=b.yaml", help: true, "admin-port": "0" });
  });

  it.each([["serve"], ["-p", "1"], ["--Port", "1"], [""]])("refuses what is no flag (%s)", (...args) => {
    const reading = () => readArguments(args);

    expect(reading).toThrow(ConfigError);
  });
});
