import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { stopOnSignals, stopped } from "./stop-on-signals.ts";

function aProcess() {
  const signals = new EventEmitter();
  const statuses: number[] = [];
  const clock = { nowMs: 0 };
  const own = { on: signals.on.bind(signals), exit: (status: number) => void statuses.push(status) };
  return { stop: stopOnSignals(own, () => clock.nowMs), send: (signal: string) => signals.emit(signal), clock, statuses };
}

describe("stopOnSignals", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"])("is aborted by %s, and leaves the time to close", (signal) => {
    const { stop, send, statuses } = aProcess();

    const before = stop.aborted;
    send(signal);

    expect([before, stop.aborted, statuses]).toEqual([false, true, []]);
  });

  it("takes a signal that comes twice at once, from a terminal and from a launcher, for one", () => {
    const { send, clock, statuses } = aProcess();

    send("SIGINT");
    clock.nowMs = 1000;
    send("SIGINT");

    expect(statuses).toEqual([]);
  });

  it.each([
    ["SIGTERM", "SIGTERM", 143],
    ["SIGINT", "SIGINT", 130],
    ["SIGINT", "SIGTERM", 143],
  ])("does not wait any longer for who sends %s and then %s", (first, second, status) => {
    const { send, clock, statuses } = aProcess();

    send(first);
    clock.nowMs = 1001;
    send(second);

    expect(statuses).toEqual([status]);
  });
});

describe("stopped", () => {
  it("resolves once the signal is aborted, and at once where it is already", async () => {
    const stop = new AbortController();

    const stopping = stopped(stop.signal);
    stop.abort();

    await expect(stopping).resolves.toBeUndefined();
    await expect(stopped(stop.signal)).resolves.toBeUndefined();
  });
});
