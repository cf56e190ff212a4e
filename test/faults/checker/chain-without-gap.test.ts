import { describe, expect, it } from "vitest";
import { chainWithoutGap } from "./chain-without-gap.ts";
import { anApply, anEntry, messagesOf, revisions } from "./history-fixture.ts";

describe("chainWithoutGap", () => {
  it("accepts revisions that are left out, since a newer one came before they were applied", () => {
    expect(messagesOf(chainWithoutGap, ...revisions(4), anApply(1), anApply(4))).toEqual([]);
  });

  it("accepts keys from where a revision names them, and an epoch that leaves out what was lost", () => {
    const rotated = anEntry(2, { nextKeys: ["next"] });
    const lost = anEntry(3, { signedBy: ["next"] });
    const epoch = { epoch: 2, revision: 1, bundleDigest: "bundle of 2" };
    const restored = anEntry(1, { ...epoch, digest: "epoch 2", continues: "manifest 2", signedBy: ["next"] });

    const messages = messagesOf(chainWithoutGap, anEntry(1), rotated, lost, restored, anApply(3), anApply(4, epoch));

    expect(messages).toEqual([]);
  });

  it.each([
    ["a gap before it", [anEntry(1), anEntry(3)], [anApply(3)], "chain has a gap"],
    ["no signature", [anEntry(1, { signedBy: [] })], [anApply(1)], "which nobody signed"],
    ["a stranger's signature", [anEntry(1, { signedBy: ["stranger"] })], [anApply(1)], "no trusted key signed"],
    [
      "a key that was rotated away",
      [anEntry(1, { nextKeys: ["next"] }), anEntry(2, { signedBy: ["key"] })],
      [anApply(2)],
      "no trusted key signed",
    ],
    ["a bundle that was never written", revisions(1), [anApply(1, { bundleDigest: "another" })], "never written"],
    [
      "another past than what was in force",
      [
        ...revisions(2),
        anEntry(2, { digest: "fork", bundleDigest: "bundle of the fork" }),
        anEntry(3, { prevDigest: "fork", bundleDigest: "bundle 3" }),
      ],
      [anApply(2), anApply(3)],
      "does not come after the 1.2",
    ],
  ])("refuses a revision in force with %s", (_what, entries, applied, message) => {
    expect(messagesOf(chainWithoutGap, ...entries, ...applied)).toEqual([expect.stringContaining(message)]);
  });
});
