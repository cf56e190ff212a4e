import { type RevisionToken, type Snapshot, UndecidedError } from "@portcullis/policy";
import type { Revision } from "@portcullis/policy-bus";
import { compareRevisions, isAtLeast } from "@portcullis/wire";
import type { Clock } from "./clock.ts";
import { createGeneration, type Generation } from "./generation.ts";

export interface GenerationsOptions {
  readonly compile: (revision: Revision) => Promise<Snapshot>;
  readonly clock: Clock;
  readonly maxEntries: number;
  readonly onApplied: (generation: Generation, revision: Revision) => void;
  /** The revision does not compile; what was applied before stays. */
  readonly onRejected: (error: unknown, revision: Revision) => void;
}

/** The generation in force, and how it changes. */
export interface Generations {
  current(): Generation | undefined;
  /** As `current`; throws `undecided-no-policy` where there is none. */
  now(): Generation;
  /** Begins to compile a revision; a newer one that arrives meanwhile comes next, and those between are left out. */
  apply(revision: Revision): void;
  /** The current generation once it is at least as new as asked for. Throws `undecided-no-policy`; rejects with `undecided-behind`. */
  reach(atLeast: RevisionToken | undefined, deadlineMs: number): Generation | Promise<Generation>;
  /** Calls with the token now in force, if any, and with every later one. Returns a function that stops. */
  onRevision(listener: (token: RevisionToken) => void): () => void;
  /** Nothing is applied any more, and nobody is called. Whoever waits in `reach` waits until the deadline. */
  close(): void;
}

/** No generation at first. */
export function createGenerations({ compile, clock, maxEntries, onApplied, onRejected }: GenerationsOptions): Generations {
  let generation: Generation | undefined;
  let isClosed = false;
  const listeners = new Set<(token: RevisionToken) => void>();

  async function applyOne(revision: Revision): Promise<void> {
    let snapshot: Snapshot;
    try {
      snapshot = await compile(revision);
    } catch (error) {
      return onRejected(error, revision);
    }
    if (isClosed || (generation !== undefined && !isNewer(revision.token, generation.snapshot.revision))) return;
    const next = createGeneration(snapshot, maxEntries);
    generation = next;
    onApplied(next, revision);
    for (const listener of [...listeners]) listener(snapshot.revision);
  }

  function now(): Generation {
    if (generation !== undefined) return generation;
    throw new UndecidedError("undecided-no-policy", "this replica has no policy yet; publish one, or look at why it was rejected");
  }

  const applyNewest = oneAtATime(applyOne);

  function wait(atLeast: RevisionToken, deadlineMs: number): Promise<Generation> {
    const { promise, resolve, reject } = Promise.withResolvers<Generation>();
    const cancel = clock.schedule(Math.max(0, deadlineMs - clock.now()), () => {
      stop();
      reject(new UndecidedError("undecided-behind", "this replica has not yet applied the revision that was asked for"));
    });
    function onToken(): void {
      if (generation === undefined || !isAtLeast(generation.snapshot.revision, atLeast)) return;
      stop();
      resolve(generation);
    }
    function stop(): void {
      cancel();
      listeners.delete(onToken);
    }
    listeners.add(onToken);
    return promise;
  }

  return {
    current: () => generation,
    now,
    apply(revision) {
      if (!isClosed) applyNewest(revision);
    },
    reach(atLeast, deadlineMs) {
      const held = now();
      if (atLeast === undefined || isAtLeast(held.snapshot.revision, atLeast)) return held;
      return wait(atLeast, deadlineMs);
    },
    onRevision(listener) {
      const own = (token: RevisionToken) => listener(token);
      listeners.add(own);
      if (generation !== undefined) own(generation.snapshot.revision);
      return () => void listeners.delete(own);
    },
    close() {
      isClosed = true;
      listeners.clear();
    },
  };
}

/** A bus of another lineage was set up anew by whoever runs it: its revisions replace ours. */
function isNewer(token: RevisionToken, than: RevisionToken): boolean {
  const order = compareRevisions(token, than);
  return order === undefined || order > 0;
}

/** Runs `work` for one item at a time, and of those that came meanwhile for the last one only. `work` must not reject. */
function oneAtATime<T extends object>(work: (item: T) => Promise<void>): (item: T) => void {
  let next: T | undefined;
  let isWorking = false;
  async function run(): Promise<void> {
    isWorking = true;
    while (next !== undefined) {
      const item = next;
      next = undefined;
      await work(item);
    }
    isWorking = false;
  }
  return (item) => {
    next = item;
    if (!isWorking) void run();
  };
}
