import { type RevisionToken, type Snapshot, UndecidedError } from "@portcullis/policy";
import type { Revision } from "@portcullis/policy-bus";
import { compareRevisions } from "@portcullis/wire";
import type { Clock } from "./clock.ts";
import { createGeneration, type Generation, type VerdictBounds } from "./generation.ts";

export interface GenerationsOptions {
  readonly compile: (revision: Revision) => Promise<Snapshot>;
  readonly clock: Pick<Clock, "now">;
  readonly bounds: VerdictBounds;
  readonly onApplied: (generation: Generation, revision: Revision) => void;
  /** A revision that was given to `apply` does not compile; what was applied before stays. */
  readonly onRejected: (error: unknown, revision: Revision) => void;
}

/** The generation in force, and how it changes. */
export interface Generations {
  current(): Generation | undefined;
  /** As `current`; throws `undecided-no-policy` where there is none. */
  now(): Generation;
  /**
   * Compiles a revision, and resolves with what puts it in force, for a caller that knows which one is the newest. Rejects where it
   * does not compile.
   */
  prepare(revision: Revision): Promise<() => void>;
  /** When the revision that is being compiled began to be, on the monotonic clock; undefined while none is. */
  preparingSinceMs(): number | undefined;
  /**
   * Begins to compile a revision, and puts it in force where it is newer; a newer one that arrives meanwhile comes next, and those
   * between are left out.
   */
  apply(revision: Revision): void;
  /** Calls with the token now in force, if any, and with every later one. Returns a function that stops. */
  onRevision(listener: (token: RevisionToken) => void): () => void;
  /** Nothing is applied any more, and nobody is called. */
  close(): void;
}

/** No generation at first. */
export function createGenerations({ compile, clock, bounds, onApplied, onRejected }: GenerationsOptions): Generations {
  let generation: Generation | undefined;
  let preparingSinceMs: number | undefined;
  let isClosed = false;
  const listeners = new Set<(token: RevisionToken) => void>();

  async function compileTimed(revision: Revision): Promise<Snapshot> {
    preparingSinceMs = clock.now();
    try {
      return await compile(revision);
    } finally {
      preparingSinceMs = undefined;
    }
  }

  async function prepare(revision: Revision): Promise<() => void> {
    const snapshot = await compileTimed(revision);
    return () => {
      if (isClosed) return;
      const next = createGeneration(snapshot, bounds);
      generation = next;
      onApplied(next, revision);
      for (const listener of [...listeners]) listener(snapshot.revision);
    };
  }

  async function applyOne(revision: Revision): Promise<void> {
    let swap: () => void;
    try {
      swap = await prepare(revision);
    } catch (error) {
      return onRejected(error, revision);
    }
    if (generation === undefined || isNewer(revision.token, generation.snapshot.revision)) swap();
  }

  function now(): Generation {
    if (generation !== undefined) return generation;
    throw new UndecidedError("undecided-no-policy", "this replica has no policy yet; publish one, or look at why it was rejected");
  }

  const applyNewest = oneAtATime(applyOne);

  return {
    current: () => generation,
    now,
    prepare,
    preparingSinceMs: () => preparingSinceMs,
    apply(revision) {
      if (!isClosed) applyNewest(revision);
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
