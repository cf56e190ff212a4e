import { type Consistency, compile, type RevisionToken, type Snapshot } from "@portcullis/policy";
import { aRevisionToken, createFakeClock } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { aFeed } from "./a-feed.ts";
import { createGenerations } from "./generations.ts";
import { reachGeneration } from "./reach-generation.ts";

const bundle = { files: [{ path: "bundle.yaml", text: "apiVersion: portcullis.dev/v1\nkind: Bundle\nspec: { default: allow }\n" }] };
const five = aRevisionToken({ revision: 5 });
const six = aRevisionToken({ revision: 6 });

describe("reachGeneration", () => {
  it("gives what is in force to whoever does not ask for more, without waiting", async () => {
    const { reach } = await at(five);

    expect(reach({ deadlineMs: 2_000 })).toMatchObject({ snapshot: { revision: five } });
    expect(reach({ deadlineMs: 2_000, consistency: { kind: "minimize-latency" } })).toMatchObject({ snapshot: { revision: five } });
  });

  it("catches up through the leader when more is asked for", async () => {
    const { reach, feed, apply } = await at(five);
    feed.onSync = () => apply(six);

    const reached = await reach({ deadlineMs: 2_000, atLeast: six });

    expect(reached.snapshot.revision).toEqual(six);
    expect(feed.syncs).toBe(1);
  });

  it.each<Consistency>([
    { kind: "at-least", token: six },
    { kind: "exactly", token: six },
  ])("refuses $kind at once when the leader knows nothing newer", async (consistency) => {
    const { reach } = await at(five);

    await expect(reach({ deadlineMs: 2_000, consistency })).rejects.toMatchObject({ code: "undecided-behind" });
  });

  it("leaves time to ask another replica when the leader does not answer", async () => {
    const { reach, feed, clock } = await at(five);
    feed.onSync = () => new Promise(() => {});

    const behind = reach({ deadlineMs: clock.now() + 2_000, atLeast: six });
    const unasked = reach({ deadlineMs: clock.now() + 2_000, consistency: { kind: "fully-consistent" } });
    clock.advance(1_000);

    await expect(behind).rejects.toMatchObject({ code: "undecided-behind" });
    await expect(unasked).rejects.toMatchObject({ code: "undecided-behind" });
  });

  it("lets nobody wait for a revision that has been compiled for long already", async () => {
    const { reach, feed, clock, generations } = await at(five, () => new Promise(() => {}));
    feed.onSync = () => new Promise(() => {});
    void generations.prepare({ token: six, digest: "", bundle });
    clock.advance(3_000);

    const asked = reach({ deadlineMs: clock.now() + 2_000, atLeast: six });
    clock.advance(0);

    await expect(asked).rejects.toMatchObject({ code: "undecided-behind" });
  });

  it("gives exactly the revision that was asked for, waits for it, and does not go back to it", async () => {
    const { reach, feed, apply } = await at(five);
    const exactly = (token: RevisionToken) => ({ deadlineMs: 2_000, consistency: { kind: "exactly" as const, token } });
    feed.onSync = () => apply(six);

    const first = reach(exactly(five));
    const second = await reach(exactly(six));

    expect([first, second]).toMatchObject([{ snapshot: { revision: five } }, { snapshot: { revision: six } }]);
    expect(() => reach(exactly(five))).toThrow(expect.objectContaining({ code: "undecided-other-revision" }));
    expect(() => reach(exactly({ ...six, lineage: "other" }))).toThrow(expect.objectContaining({ code: "undecided-other-revision" }));
  });

  it("refuses exactly one revision that is passed over while it is waited for", async () => {
    const { reach, feed, apply } = await at(five);
    feed.onSync = () => apply(aRevisionToken({ revision: 9 }));

    const asked = reach({ deadlineMs: 2_000, consistency: { kind: "exactly", token: six } });

    await expect(asked).rejects.toMatchObject({ code: "undecided-other-revision" });
  });

  it("is fully consistent only by a proof that began after the question", async () => {
    const { reach, feed, clock, apply } = await at(five);
    const ask = () => reach({ deadlineMs: clock.now() + 2_000, consistency: { kind: "fully-consistent" } });

    await expect(ask()).rejects.toMatchObject({ code: "undecided-behind" });
    feed.onSync = async () => {
      feed.reading = { ...feed.reading, provenAtMs: clock.now() };
      await apply(six);
    };
    const reached = await ask();

    expect(reached.snapshot.revision).toEqual(six);
  });

  it("takes a token of another lineage for no wish", async () => {
    const { reach } = await at(five);
    const elsewhere = aRevisionToken({ lineage: "elsewhere", revision: 99 });

    const reached = reach({ deadlineMs: 2_000, atLeast: elsewhere, consistency: { kind: "at-least", token: elsewhere } });

    expect(reached).toMatchObject({ snapshot: { revision: five } });
  });
});

async function at(token: RevisionToken, compileNext?: () => Promise<Snapshot>) {
  const clock = createFakeClock();
  const feed = aFeed();
  const generations = createGenerations({
    compile: async (revision) =>
      compileNext !== undefined && revision.token !== token ? compileNext() : compile(revision.bundle, { revision: revision.token }),
    clock,
    bounds: { maxEntries: 10 },
    onApplied: () => {},
    onRejected: () => {},
  });
  const apply = async (next: RevisionToken) => (await generations.prepare({ token: next, digest: "", bundle }))();
  await apply(token);
  return { clock, feed, generations, apply, reach: reachGeneration({ generations, clock, feed }) };
}
