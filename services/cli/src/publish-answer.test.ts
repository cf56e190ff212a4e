import type { PublishResult } from "@portcullis/control";
import { describe, expect, it } from "vitest";
import { answerPublish } from "./publish-answer.ts";
import { recordedTerminal } from "./recorded-terminal-fixture.ts";

const token = { lineage: "default", epoch: 1, revision: 8 };
const digest = `sha256:${"ab".repeat(32)}`;

async function answer(result: PublishResult, output: "text" | "json") {
  const terminal = recordedTerminal();
  const status = await answerPublish(result, { options: { output }, terminal });
  return { status, ...terminal.written };
}

describe("answerPublish", () => {
  it("gives no answer where none came in time, and says how to find out", async () => {
    const result: PublishResult = { outcome: "unknown", token, digest, message: "no certain answer in the time that was given" };

    expect(await answer(result, "text")).toEqual({
      status: 2,
      output: "",
      error: expect.stringMatching(
        /^portcullis: it is not known whether default\/1\/8 was published: no certain answer .*; `portcullis revisions list` shows it, with digest sha256:abababababab, if it was; publishing again is safe \(cli-publish-unknown\)\n$/,
      ),
    });
    const { status, output, error } = await answer(result, "json");
    expect({ status, error }).toEqual({ status: 2, error: "" });
    expect(JSON.parse(output)).toEqual({ ...result, code: "cli-publish-unknown" });
  });

  it("says that nothing is in the log where nobody could be reached", async () => {
    const result: PublishResult = { outcome: "not-published", code: "bus-unavailable", message: "no connection to nats://hub:4222" };

    expect(await answer(result, "text")).toEqual({
      status: 2,
      output: "",
      error: "portcullis: nothing was published: no connection to nats://hub:4222 (bus-unavailable)\n",
    });
  });

  it.each([
    ["control-policies-invalid", 1],
    ["control-holes-open", 1],
    ["control-cases-failed", 1],
    ["control-no-such-revision", 2],
    ["publish-key-untrusted", 2],
  ] as const)("tells a refusal for the policies from one for the question: %s is %i", async (code, status) => {
    expect((await answer({ outcome: "refused", code, message: "no" }, "json")).status).toBe(status);
  });
});
