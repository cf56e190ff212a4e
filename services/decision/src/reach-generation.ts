import { type DecideContext, type RevisionToken, UndecidedError } from "@portcullis/policy";
import { compareRevisions, isAtLeast } from "@portcullis/wire";
import type { Clock } from "./clock.ts";
import type { Generation } from "./generation.ts";
import type { Generations } from "./generations.ts";
import type { PolicyFeed } from "./policy-feed.ts";

export interface ReachOptions {
  readonly generations: Pick<Generations, "now" | "onRevision" | "preparingSinceMs">;
  readonly clock: Clock;
  /** Undefined: whoever publishes is in this process, so that what is in force is the newest. */
  readonly feed: PolicyFeed | undefined;
}

/** What a question says about the revision that may answer it. */
export type Wish = Pick<DecideContext, "deadlineMs" | "atLeast" | "consistency">;

/**
 * The generation that answers: at once where the one in force may. Throws or rejects with `UndecidedError`: `undecided-no-policy`,
 * `undecided-behind`, `undecided-other-revision`.
 */
export type Reach = (wish: Wish) => Generation | Promise<Generation>;

/** Longest wait for a revision: another replica has it, or else nobody could have asked for it. */
const catchUpMs = 250;
/** Longest wait for the leader, which answers within milliseconds unless one is being elected. */
const leaderMs = 1_000;

/** Catches up where a question asks for more than what is in force. */
export function reachGeneration({ generations, clock, feed }: ReachOptions): Reach {
  function catchUp(wish: Wish): Promise<Generation> {
    const { promise, resolve, reject } = Promise.withResolvers<Generation>();
    // A long list takes seconds to compile: whoever asks while it is being compiled is told at once to ask another replica.
    const compilingMs = clock.now() - (generations.preparingSinceMs() ?? clock.now());
    const cancel = clock.schedule(patienceMs(catchUpMs - compilingMs, wish), () => reject(behind()));
    const stop = generations.onRevision(look);
    function look(): void {
      const held = generations.now();
      const standing = standingOf(held.snapshot.revision, wish);
      if (standing === "met") resolve(held);
      if (standing === "gone") reject(gone());
    }
    // After a read of the leader there is nothing to wait for: what is asked for was refused here, or never reached this leader.
    void feed?.sync().then(() => reject(behind()));
    return promise.finally(() => {
      cancel();
      stop();
    });
  }

  /** Half of the time is left to ask another replica. */
  function patienceMs(longestMs: number, { deadlineMs }: Wish): number {
    return Math.max(0, Math.min(longestMs, (deadlineMs - clock.now()) / 2));
  }

  async function inPatience(work: Promise<void>, ms: number): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const cancel = clock.schedule(ms, resolve);
    await Promise.race([work, over]);
    cancel();
  }

  async function askLeader(wish: Wish): Promise<Generation> {
    const askedMs = clock.now();
    if (feed !== undefined) {
      await inPatience(feed.sync(), patienceMs(leaderMs, wish));
      const { provenAtMs } = feed.freshness();
      if (provenAtMs === undefined || provenAtMs < askedMs) throw unasked();
    }
    const held = generations.now();
    return standingOf(held.snapshot.revision, wish) === "met" ? held : catchUp(wish);
  }

  return (wish) => {
    const { atLeast, consistency } = wish;
    const held = generations.now();
    if (atLeast === undefined && consistency === undefined) return held;
    if (consistency?.kind === "fully-consistent") return askLeader(wish);
    const standing = standingOf(held.snapshot.revision, wish);
    if (standing === "gone") throw gone();
    return standing === "met" ? held : catchUp(wish);
  };
}

/** `behind`: catching up may help. `gone`: nothing will. */
function standingOf(held: RevisionToken, { atLeast, consistency }: Wish): "met" | "behind" | "gone" {
  if (atLeast !== undefined && !isAtLeast(held, atLeast)) return "behind";
  if (consistency?.kind === "at-least") return isAtLeast(held, consistency.token) ? "met" : "behind";
  if (consistency?.kind !== "exactly") return "met";
  const order = compareRevisions(held, consistency.token);
  if (order === 0) return "met";
  return order !== undefined && order < 0 ? "behind" : "gone";
}

function behind(): UndecidedError {
  return new UndecidedError("undecided-behind", "this replica has not yet applied the revision that was asked for");
}

function unasked(): UndecidedError {
  const message = "this replica could not ask in time whether there is a newer revision, or refuses the newest one";
  return new UndecidedError("undecided-behind", message);
}

function gone(): UndecidedError {
  const message = "this replica serves another revision than the one that was asked for, and will not go back to it";
  return new UndecidedError("undecided-other-revision", message);
}
