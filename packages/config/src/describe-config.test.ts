import Type from "typebox";
import { describe, expect, it } from "vitest";
import { configurationTable, describeConfig } from "./index.ts";

const schema = Type.Object({
  drain: Type.Object({
    delayMs: Type.Integer({ minimum: 0, default: 5000, description: "time served after SIGTERM" }),
    reason: Type.Optional(Type.String({ description: "why | how." })),
    rate: Type.Number({ maximum: 1, description: "share" }),
  }),
});

describe("describeConfig", () => {
  it("names each setting in the file, the environment and on the command line", () => {
    expect(describeConfig(schema)[0]).toEqual({
      key: "drain.delayMs",
      env: "PORTCULLIS_DRAIN_DELAY_MS",
      flag: "--drain-delay-ms",
      expects: "a whole number, 0 or more",
      default: "5000",
      isRequired: false,
      description: "time served after SIGTERM",
    });
  });
});

describe("configurationTable", () => {
  it("writes one row for each setting", () => {
    const rows = configurationTable(schema).split("\n").slice(2);

    expect(rows).toEqual([
      "| `drain.delayMs` | `5000` | time served after SIGTERM. Must be a whole number, 0 or more. | `PORTCULLIS_DRAIN_DELAY_MS` | `--drain-delay-ms` |",
      "| `drain.reason` | unset | why \\| how. Must be text. | `PORTCULLIS_DRAIN_REASON` | `--drain-reason` |",
      "| `drain.rate` | required | share. Must be a number, 1 or less. | `PORTCULLIS_DRAIN_RATE` | `--drain-rate` |",
    ]);
  });
});
