import { createFakeClock } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { createProgressLine } from "./progress-line.ts";
import { recordedTerminal } from "./recorded-terminal-fixture.ts";

describe("createProgressLine", () => {
  it("writes over its line on a terminal, and leaves nothing of it", () => {
    const recorded = recordedTerminal();
    const progress = createProgressLine({ ...recorded, canRewrite: true });

    progress.say("compiling");
    progress.say("x".repeat(200));
    progress.end();
    progress.end();

    expect(recorded.written).toEqual({ output: "", error: `\r\u001b[Kcompiling\r\u001b[K${"x".repeat(79)}\r\u001b[K` });
  });

  it("says once a second elsewhere what takes so long, and nothing of what does not", () => {
    const recorded = recordedTerminal();
    const clock = createFakeClock();
    const progress = createProgressLine(recorded, clock.schedule);

    progress.say("compiling");
    clock.advance(900);
    progress.say("linting");
    clock.advance(5_000);
    progress.say("cases");
    progress.end();
    clock.advance(5_000);

    expect(recorded.written.error).toBe("linting\n");
  });
});
