import { createHash } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { aReplicaStatus } from "./replica-status-fixture.ts";
import type { LogEntry, RevisionLog } from "./revision-log.ts";

/** What every `RevisionLog` keeps. `open` makes a holder of an empty log of its own, and further holders of the same log. */
export type OpenRevisionLog = () => Promise<{ readonly log: RevisionLog; readonly another: () => Promise<RevisionLog> }>;

/** Runs the contract; it closes every holder that it opened. */
export function describeRevisionLog(name: string, open: OpenRevisionLog): void {
  async function opened(): Promise<{ readonly log: RevisionLog; readonly other: RevisionLog }> {
    const { log, another } = await open();
    onTestFinished(() => log.close());
    const other = await another();
    onTestFinished(() => other.close());
    return { log, other };
  }

  describe(`${name} as a RevisionLog`, () => {
    describeAppends(opened);
    describeReads(opened);
    describeBundles(opened);
    describeNotifications(opened);
    describeStatuses(opened);

    it("refuses to be read once it is closed", async () => {
      const { log } = await open();

      await log.close();

      await expect(log.readHead()).rejects.toMatchObject({ name: "RevisionLogError", code: "bus-closed" });
    });
  });
}

type Opened = () => Promise<{ readonly log: RevisionLog; readonly other: RevisionLog }>;

function describeAppends(opened: Opened): void {
  it("appends behind the expected head only, and says where", async () => {
    const { log, other } = await opened();

    const first = await append(log, 0, "one");
    const late = await append(other, 0, "late");
    const second = await append(other, 1, "two");

    expect([first, late, second]).toEqual([
      { outcome: "appended", position: 1 },
      { outcome: "conflict" },
      { outcome: "appended", position: 2 },
    ]);
    expect(await textsOf(log)).toEqual(["one", "two"]);
  });

  it("expects no head that is ahead of the log", async () => {
    const { log } = await opened();

    expect(await append(log, 5, "one")).toEqual({ outcome: "conflict" });
    expect(await log.readHead()).toBeUndefined();
  });

  it("lets exactly one of several writers win a position", async () => {
    const { log, other } = await opened();

    for (const position of [0, 1, 2, 3]) {
      const outcomes = await Promise.all(
        ["a", "b", "c", "d"].map((writer, index) => append(index % 2 === 0 ? log : other, position, `${writer}${position}`)),
      );
      expect(outcomes.filter(({ outcome }) => outcome === "appended")).toEqual([{ outcome: "appended", position: position + 1 }]);
      expect(outcomes.filter(({ outcome }) => outcome === "conflict")).toHaveLength(3);
    }

    expect(await textsOf(log)).toHaveLength(4);
  });

  it("writes an entry once that is appended twice with one id", async () => {
    const { log, other } = await opened();

    await append(log, 0, "one");
    await append(log, 1, "two");
    const again = await append(other, 0, "one");

    expect(again).toEqual({ outcome: "appended", position: 1 });
    expect(await textsOf(log)).toEqual(["one", "two"]);
  });

  it("takes a bundle into the entry up to its limit", async () => {
    const { log, other } = await opened();
    const bundle = new Uint8Array(log.inlineLimitBytes).fill(7);

    await log.append({ envelope: bytes("one"), bundle }, { expectedPosition: 0, messageId: "one" });

    expect((await other.readHead())?.bundle).toEqual(bundle);
    await expect(
      log.append({ envelope: bytes("two"), bundle: new Uint8Array(log.inlineLimitBytes + 1) }, { expectedPosition: 1, messageId: "two" }),
    ).rejects.toMatchObject({ code: "bus-entry-too-large" });
  });
}

function describeReads(opened: Opened): void {
  it("has no head while it is empty", async () => {
    const { log } = await opened();

    expect(await log.readHead()).toBeUndefined();
    expect(await entriesAfter(log, 0)).toEqual([]);
  });

  it("reads the head and what is behind a position, with and without a bundle", async () => {
    const { log, other } = await opened();
    await log.append({ envelope: bytes("one"), bundle: bytes("bundle one") }, { expectedPosition: 0, messageId: "one" });
    await append(log, 1, "two");
    await append(log, 2, "three");

    expect(await other.readHead()).toEqual({ position: 3, envelope: bytes("three"), bundle: undefined });
    expect((await entriesAfter(other, 1)).map(({ position }) => position)).toEqual([2, 3]);
    expect((await entriesAfter(other, 0))[0]).toEqual({ position: 1, envelope: bytes("one"), bundle: bytes("bundle one") });
    expect(await entriesAfter(other, 3)).toEqual([]);
    expect(await entriesAfter(other, 9)).toEqual([]);
  });
}

function describeBundles(opened: Opened): void {
  it("keeps a bundle by its digest, whole, however often it is put", async () => {
    const { log, other } = await opened();
    const bundle = new Uint8Array(3 * 1024 * 1024 + 1).map((_, index) => index % 251);
    const digest = digestOf(bundle);

    await log.putBundle(digest, bundle);
    await other.putBundle(digest, bundle);

    expect(Buffer.compare((await other.getBundle(digest)) ?? bytes(""), bundle)).toBe(0);
  });

  it("has no bundle that was never put, and takes none under another digest", async () => {
    const { log } = await opened();
    const digest = digestOf(bytes("something else"));

    expect(await log.getBundle(digest)).toBeUndefined();
    await expect(log.putBundle(digest, bytes("bundle"))).rejects.toMatchObject({ code: "bus-digest-mismatch" });
    expect(await log.getBundle(digest)).toBeUndefined();
  });
}

function describeNotifications(opened: Opened): void {
  it("notifies other holders of appends until they stop listening", async () => {
    const { log, other } = await opened();
    const heard: string[] = [];
    const heardTwice = Promise.withResolvers<void>();
    const stop = other.onNotification((entry) => {
      if (entry !== undefined) stop();
      heard.push(...textsIn(entry));
    });
    const heardLater: string[] = [];
    other.onNotification((entry) => {
      heardLater.push(...textsIn(entry));
      if (heardLater.length === 2) heardTwice.resolve();
    });

    // A hint may be lost: a server may not know yet that somebody at another one listens.
    const isHeard = heardTwice.promise.then(() => true);
    for (let position = 0; !(await Promise.race([isHeard, Promise.resolve(false)])); position++)
      await append(log, position, `entry ${position}`);

    expect(heard).toEqual([heardLater[0]]);
    expect(heardLater[0]).toMatch(/^entry \d+$/);
  });
}

function describeStatuses(opened: Opened): void {
  it("keeps the newest report of each replica, whatever characters its name has", async () => {
    const { log, other } = await opened();
    const strange = aReplicaStatus({ cluster: "eu.west *>", replica: "a b\u{e9}/%" });

    await log.reportStatus(aReplicaStatus({ sequence: 1 }));
    await log.reportStatus(aReplicaStatus({ sequence: 2 }));
    await other.reportStatus(strange);

    expect(await log.readStatuses()).toEqual([aReplicaStatus({ sequence: 2 }), strange]);
  });

  it("takes back the report of a replica that has ended, and takes in what it reports when it is back", async () => {
    const { log, other } = await opened();
    const staying = aReplicaStatus({ replica: "staying" });
    await log.reportStatus(aReplicaStatus());
    await log.reportStatus(staying);

    await log.withdrawStatus(aReplicaStatus());
    const left = await other.readStatuses();
    await log.reportStatus(aReplicaStatus({ instance: "next" }));

    expect(left).toEqual([staying]);
    expect(await other.readStatuses()).toContainEqual(aReplicaStatus({ instance: "next" }));
  });

  it("passes reports on as they come", async () => {
    const { log, other } = await opened();
    const heard = new Promise((resolve) => other.onStatus(resolve));
    await other.readStatuses();

    await log.reportStatus(aReplicaStatus());

    expect(await heard).toEqual(aReplicaStatus());
  });
}

function append(log: RevisionLog, expectedPosition: number, text: string) {
  return log.append({ envelope: bytes(text) }, { expectedPosition, messageId: text });
}

async function entriesAfter(log: RevisionLog, position: number): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of log.readAfter(position)) entries.push(entry);
  return entries;
}

async function textsOf(log: RevisionLog): Promise<readonly string[]> {
  return (await entriesAfter(log, 0)).map(textOf);
}

function textOf(entry: LogEntry | undefined): string {
  return new TextDecoder().decode(entry?.envelope);
}

function textsIn(entry: LogEntry | undefined): readonly string[] {
  return entry === undefined ? [] : [textOf(entry)];
}

// A plain array of bytes: a `Buffer` would not equal one.
function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function digestOf(value: Uint8Array): string {
  return `sha256:${createHash("sha256").update(value).digest("hex")}`;
}
