import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startReviewLoad } from "./review-load.ts";
import { type Stack, startStack } from "./stack.ts";

describe("two front-ends and three decision services", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(async () => {
    await stack[Symbol.asyncDispose]();
  });

  it("lose no review while each decision service in turn is told to end, and comes back", async () => {
    const load = await startReviewLoad(stack, { perSecond: 1_000, maxInFlight: 200 });
    await load.more(500);

    for (const decision of stack.decisions) {
      decision.process.signal("SIGTERM");
      const end = await decision.process.ended();
      await load.more(200);
      await stack.restart(decision);
      await load.more(200);
      expect(end).toEqual({ code: 0, signal: null });
    }

    expect(await load.stop()).toEqual([]);
  }, 120_000);

  it.each(["SIGTERM", "SIGHUP"] as const)(
    "lose no review while each front-end in turn gets %s, and comes back",
    async (signal) => {
      const load = await startReviewLoad(stack, { perSecond: 1_000, maxInFlight: 200 });
      await load.more(300);

      for (const frontEnd of stack.frontEnds) {
        frontEnd.process.signal(signal);
        load.leaveOut(frontEnd);
        const end = await frontEnd.process.ended();
        await load.more(200);
        await stack.restart(frontEnd);
        load.takeIn(frontEnd);
        await load.more(200);
        expect(end).toEqual({ code: 0, signal: null });
      }

      expect(await load.stop()).toEqual([]);
    },
    120_000,
  );

  it("answer every review rightly while one decision service is killed and another one hangs", async () => {
    const [killed, hung] = stack.decisions;
    const load = await startReviewLoad(stack, { perSecond: 300, maxInFlight: 100 });
    await load.more(200);

    killed?.process.signal("SIGKILL");
    await killed?.process.ended();
    await load.more(300);
    hung?.process.signal("SIGSTOP");
    await load.more(600);
    hung?.process.signal("SIGCONT");
    await load.more(200);

    expect(await load.stop()).toEqual([]);
  }, 120_000);
});
