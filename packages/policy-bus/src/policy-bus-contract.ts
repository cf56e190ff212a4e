import type { Bundle } from "@portcullis/policy";
import { describe, expect, it, onTestFinished } from "vitest";
import { bundleDigest } from "./bundle-digest.ts";
import type { PolicyBus, Revision } from "./policy-bus.ts";

/** What every `PolicyBus` keeps. `open` makes an empty bus of its own for each test; the contract closes it. */
export function describePolicyBus(name: string, open: () => PolicyBus | Promise<PolicyBus>): void {
  async function opened(): Promise<PolicyBus> {
    const bus = await open();
    onTestFinished(() => bus.close());
    return bus;
  }

  describe(`${name} as a PolicyBus`, () => {
    it("gives the newest revision to a follower that comes late", async () => {
      const bus = await opened();
      await bus.publish(aBundle("one"));
      const second = await bus.publish(aBundle("two"));

      const revision = await nextRevision(bus);

      expect(revision).toEqual({ token: second, digest: await bundleDigest(aBundle("two")), bundle: aBundle("two") });
    });

    it("gives later revisions in the order they were published, each newer than the one before", async () => {
      const bus = await opened();
      const seen = collect(bus, 3);

      await Promise.all([bus.publish(aBundle("one")), bus.publish(aBundle("two")), bus.publish(aBundle("three"))]);
      const revisions = await seen;

      expect(revisions.map(({ bundle }) => bundle.files[0]?.text)).toEqual(["one", "two", "three"]);
      const numbers = revisions.map(({ token }) => token.revision);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(new Set(numbers).size).toBe(3);
      expect(new Set(revisions.map(({ token }) => `${token.lineage} ${token.epoch}`)).size).toBe(1);
    });

    it("makes a new revision of content that was published before", async () => {
      const bus = await opened();

      const first = await bus.publish(aBundle("one"));
      const again = await bus.publish(aBundle("one"));

      expect(again.revision).toBeGreaterThan(first.revision);
    });

    it("tells a follower that stopped nothing more", async () => {
      const bus = await opened();
      const seen: Revision[] = [];
      const stop = bus.follow((revision) => seen.push(revision));
      await bus.publish(aBundle("one"));
      await nextRevision(bus);

      stop();
      await bus.publish(aBundle("two"));
      await nextRevision(bus);

      expect(seen.map(({ bundle }) => bundle.files[0]?.text)).toEqual(["one"]);
    });

    it("refuses to publish once it is closed", async () => {
      const bus = await open();

      await bus.close();

      await expect(bus.publish(aBundle("one"))).rejects.toMatchObject({ code: "policy-bus-closed" });
    });
  });
}

function aBundle(text: string): Bundle {
  return { files: [{ path: "policy.yaml", text }] };
}

async function nextRevision(bus: PolicyBus): Promise<Revision | undefined> {
  const [revision] = await collect(bus, 1);
  return revision;
}

function collect(bus: PolicyBus, count: number): Promise<readonly Revision[]> {
  const { promise, resolve } = Promise.withResolvers<readonly Revision[]>();
  const seen: Revision[] = [];
  const stop = bus.follow((revision) => {
    seen.push(revision);
    if (seen.length < count) return;
    stop();
    resolve(seen);
  });
  return promise;
}
