import { describe, expect, it } from "vitest";
import { EndedError } from "./before-end.ts";
import { createFetch } from "./follow-fetch.ts";
import { handClock } from "./follow-fixture.ts";
import { RevisionLogError } from "./revision-log-error.ts";

/** Bundles that arrive when they are told to, and waits that end likewise. */
function aSlowLine() {
  const begun: PromiseWithResolvers<Uint8Array | undefined>[] = [];
  let onTimeout = () => {};
  const clock = {
    ...handClock(),
    schedule(_delayMs: number, callback: () => void) {
      onTimeout = callback;
      return () => {};
    },
  };
  const getBundle = () => {
    const bundle = Promise.withResolvers<Uint8Array | undefined>();
    begun.push(bundle);
    return bundle.promise;
  };
  const fetch = createFetch({ getBundle }, { clock, timeoutMs: 60_000, closed: new AbortController().signal });
  return { begun, fetch, timeOut: () => onTimeout() };
}

describe("createFetch", () => {
  it("goes on with a bundle that takes longer than one wait, and begins it once", async () => {
    const { begun, fetch, timeOut } = aSlowLine();
    const first = fetch("sha256:a");
    timeOut();
    await expect(first).rejects.toThrow(EndedError);

    begun[0]?.resolve(Buffer.from("a"));

    expect(await fetch("sha256:a")).toEqual(Buffer.from("a"));
    expect(begun).toHaveLength(1);
  });

  it.each([
    ["that is not there", (bundle: PromiseWithResolvers<Uint8Array | undefined>) => bundle.resolve(undefined)],
    [
      "that failed",
      (bundle: PromiseWithResolvers<Uint8Array | undefined>) => bundle.reject(new RevisionLogError("bus-unavailable", "gone")),
    ],
  ])("begins anew with a bundle %s", async (_what, end) => {
    const { begun, fetch } = aSlowLine();
    const first = fetch("sha256:a").catch(() => undefined);
    if (begun[0] !== undefined) end(begun[0]);
    expect(await first).toBeUndefined();

    const second = fetch("sha256:a");
    begun[1]?.resolve(Buffer.from("a"));

    expect(await second).toEqual(Buffer.from("a"));
  });

  it("does not wait for a bundle that nobody asks for any more", async () => {
    const { begun, fetch, timeOut } = aSlowLine();
    const first = fetch("sha256:a");
    timeOut();
    await expect(first).rejects.toThrow(EndedError);

    const other = fetch("sha256:b");
    begun[1]?.resolve(Buffer.from("b"));

    expect(await other).toEqual(Buffer.from("b"));
  });
});
