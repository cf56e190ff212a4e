import { InvalidMessageError } from "@portcullis/wire";
import {
  ChangeOptions,
  GetFleetResponse,
  GetTimelineResponse,
  PublishProgress,
  PublishResult,
  WatchRolloutResponse,
} from "@portcullis/wire/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PublishStep, publishChecks } from "../publish-progress.ts";
import { fleets, results, rollouts, timelines, tokens } from "./arbitrary-messages-fixture.ts";
import { type ChangeWishes, fromChangeMessage, toChangeMessage } from "./change-message.ts";
import { fromFleetMessage, toFleetMessage } from "./fleet-message.ts";
import { fromProgressMessage, toProgressMessage } from "./progress-message.ts";
import { fromResultMessage, toResultMessage } from "./result-message.ts";
import { fromSelectorMessage, toSelectorMessage } from "./revision-message.ts";
import { fromRolloutMessage, toRolloutMessage } from "./rollout-message.ts";
import { fromTimelineMessage, toTimelineMessage } from "./timeline-message.ts";

interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

function overTheWire<Message>(codec: Codec<Message>, message: Message): Message {
  return codec.decode(codec.encode(message).finish());
}

function expectBack<T>(values: fc.Arbitrary<T>, roundTrip: (value: T) => T): void {
  fc.assert(
    fc.property(values, (value) => {
      expect(roundTrip(value)).toEqual(value);
    }),
  );
}

const steps: fc.Arbitrary<PublishStep> = fc.oneof(
  fc.record({ step: fc.constant("verified" as const), revisions: fc.nat(), skipped: fc.nat() }),
  fc.record({ step: fc.constant("checking" as const), check: fc.constantFrom(...publishChecks) }),
  fc.record({ step: fc.constant("checked" as const), check: fc.constantFrom(...publishChecks), problems: fc.nat() }),
  fc.record({ step: fc.constant("compared" as const), revisions: fc.nat() }),
  fc.record({ step: fc.constant("stored" as const), digest: fc.string(), sizeBytes: fc.nat() }),
  fc.record({
    step: fc.constant("append" as const),
    attempt: fc.nat(),
    outcome: fc.constantFrom("appended", "conflict", "unavailable", "unknown"),
  }),
);

const wishes: fc.Arbitrary<ChangeWishes> = fc.record(
  {
    audience: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
    isDryRun: fc.boolean(),
    isForced: fc.boolean(),
    base: fc.option(tokens, { nil: null }),
    timeoutMs: fc.integer({ min: 1, max: 600_000 }),
  },
  { requiredKeys: ["audience", "isDryRun", "isForced"] },
);

describe("messages of the control service", () => {
  it("give back every result that went through bytes", () => {
    expectBack(results, (result) => fromResultMessage(overTheWire(PublishResult, toResultMessage(result))));
  });

  it("give back every step of progress", () => {
    expectBack(steps, (step) => fromProgressMessage(overTheWire(PublishProgress, toProgressMessage(step))));
  });

  it("give back every rollout", () => {
    expectBack(rollouts, (status) => fromRolloutMessage(overTheWire(WatchRolloutResponse, toRolloutMessage(status))));
  });

  it("give back every timeline and every fleet", () => {
    expectBack(timelines, (timeline) => fromTimelineMessage(overTheWire(GetTimelineResponse, toTimelineMessage(timeline))));
    expectBack(fleets, (fleet) => fromFleetMessage(overTheWire(GetFleetResponse, toFleetMessage(fleet))));
  });

  it("give back every wish", () => {
    expectBack(wishes, (wish) => fromChangeMessage(overTheWire(ChangeOptions, toChangeMessage(wish))));
  });

  it.each(["newest", { revision: 3 }, { epoch: 2, revision: 3 }] as const)("give back the selector %j", (selector) => {
    expect(fromSelectorMessage(toSelectorMessage(selector), "revision")).toEqual(selector);
  });

  it("take a selector that is missing for the newest, and refuse an epoch without a revision", () => {
    expect(fromSelectorMessage(undefined, "revision")).toBe("newest");
    expect(() => fromSelectorMessage({ epoch: 2, revision: 0 }, "revision")).toThrow(InvalidMessageError);
  });

  it("refuse words that only a newer peer knows", () => {
    const refused = { outcome: { $case: "refused" as const, value: { code: "control-later", message: "" } }, report: undefined };

    expect(() => fromResultMessage(refused)).toThrow('unknown word "control-later"');
    expect(() => fromResultMessage({ outcome: undefined, report: undefined })).toThrow("names no outcome");
    expect(() => fromProgressMessage({ step: undefined })).toThrow("names no step");
    expect(() => fromChangeMessage(undefined)).toThrow("options: is missing");
  });
});
