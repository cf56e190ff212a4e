import { Counter, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { TallyCounter } from "./tally-counter.ts";
import { TallyHistogram } from "./tally-histogram.ts";

const help = "What happened.";

describe("TallyCounter", () => {
  it("shows at each scrape what a counter would", async () => {
    const plain = new Registry();
    const counter = new Counter({ name: "events_total", help, labelNames: ["kind"], registers: [plain] });
    const tallied = new Registry();
    const tally = new TallyCounter({ name: "events_total", help, labelNames: ["kind"], registers: [tallied] });
    const children = { a: tally.child({ kind: "a" }), b: tally.child({ kind: "b" }) };
    counter.labels({ kind: "a" }).inc(0);
    counter.labels({ kind: "b" }).inc(0);

    for (const kind of ["a", "b", "a"] as const) {
      counter.labels({ kind }).inc();
      children[kind].inc();
    }

    expect(await tallied.metrics()).toBe(await plain.metrics());
    expect(await tallied.metrics()).toContain('events_total{kind="a"} 2');
  });
});

describe("TallyHistogram", () => {
  it.each([
    { labelNames: ["path"] as const, labels: { path: "x" } },
    { labelNames: [] as const, labels: {} },
  ])("shows what a histogram would with labels $labels", async ({ labelNames, labels }) => {
    const buckets = [0.1, 1, 10];
    const plain = new Registry();
    const histogram = new Histogram<string>({ name: "seconds", help, labelNames: [...labelNames], buckets, registers: [plain] });
    const tallied = new Registry();
    const tally = new TallyHistogram<string>({ name: "seconds", help, labelNames: [...labelNames], buckets, registers: [tallied] });
    const child = tally.child({ ...labels });

    for (const value of [0.05, 0.1, 0.5, 1, 3, 10, 11, 1000]) {
      histogram.labels({ ...labels }).observe(value);
      child.observe(value);
    }

    expect(await tallied.metrics()).toBe(await plain.metrics());
  });
});
