import { describe, expect, it } from "vitest";
import { createTelemetry, noSpan } from "./index.ts";

function linesOf(): { write(line: string): void; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  return { lines, write: (line) => void lines.push(JSON.parse(line)) };
}

describe("createTelemetry", () => {
  it("logs JSON lines with level by name, service and time", () => {
    const logDestination = linesOf();
    const { log } = createTelemetry({ service: "webhook", logLevel: "info", logDestination, withProcessMetrics: false });

    log.info({ cluster: "prod" }, "decided");
    log.debug("not written");

    expect(logDestination.lines).toEqual([
      { level: "info", time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), service: "webhook", cluster: "prod", msg: "decided" },
    ]);
  });

  it("has a registry of its own, with the metrics of the process", async () => {
    const first = createTelemetry({ service: "a", logLevel: "silent" });
    const second = createTelemetry({ service: "b", logLevel: "silent", withProcessMetrics: false });

    expect(await first.metrics.metrics()).toContain("portcullis_process_cpu_seconds_total");
    expect(await second.metrics.metrics()).not.toContain("portcullis_process_");
  });
});

describe("noSpan", () => {
  it("hands the caller's context on", () => {
    const span = noSpan("decide", { traceparent: "00-a-b-01" });

    span.setAttribute("verdict", "deny");
    span.recordError(new Error("late"));
    span.end();

    expect(span.traceparent).toBe("00-a-b-01");
    expect(noSpan("decide").traceparent).toBeUndefined();
  });
});
