import { describe, expect, it } from "vitest";
import { createShutdown, createTelemetry } from "./index.ts";

const { log } = createTelemetry({ service: "test", logLevel: "silent", withProcessMetrics: false });

describe("createShutdown", () => {
  it("closes in the order things were added, one after the other", async () => {
    const closed: string[] = [];
    const shutdown = createShutdown({ log, timeoutMs: 5_000 });
    shutdown.add("webhook", async () => {
      await Promise.resolve();
      closed.push("webhook");
    });
    shutdown.add("decision", () => void closed.push("decision"));

    const outcome = await shutdown.run();

    expect(closed).toEqual(["webhook", "decision"]);
    expect(outcome).toEqual({ isClean: true, unfinished: [] });
  });

  it("runs once, however often it is asked", async () => {
    let times = 0;
    const shutdown = createShutdown({ log, timeoutMs: 5_000 });
    shutdown.add("webhook", () => void times++);

    await Promise.all([shutdown.run(), shutdown.run()]);
    await shutdown.run();

    expect(times).toBe(1);
  });

  it("goes on after a closer that fails, and names it", async () => {
    const closed: string[] = [];
    const shutdown = createShutdown({ log, timeoutMs: 5_000 });
    shutdown.add("webhook", () => Promise.reject(new Error("stuck")));
    shutdown.add("decision", () => void closed.push("decision"));

    expect(await shutdown.run()).toEqual({ isClean: false, unfinished: ["webhook"] });
    expect(closed).toEqual(["decision"]);
  });

  it("stops waiting when the time is up, and names what had not closed", async () => {
    const shutdown = createShutdown({ log, timeoutMs: 20 });
    shutdown.add("webhook", () => new Promise(() => undefined));
    shutdown.add("decision", () => undefined);

    expect(await shutdown.run()).toEqual({ isClean: false, unfinished: ["webhook", "decision"] });
  });
});
