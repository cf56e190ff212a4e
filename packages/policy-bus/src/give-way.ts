import { readlinkSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/** A third of the processor time of another thread, where both want all of it: to apply a revision may wait, but not for ever. */
const niceness = 5;

/**
 * Lets the thread that calls it give way to others, those that answer among them, where processors are scarce. Does nothing where
 * the system is not Linux: elsewhere there is no priority of a thread that Node can set.
 */
export function giveWay(): void {
  try {
    const [thread = ""] = /\d+$/u.exec(readlinkSync("/proc/thread-self")) ?? [];
    setPriority(Number(thread), Math.min(19, getPriority(Number(thread)) + niceness));
  } catch {
    // Not Linux, or no right to see threads: the work is the same.
  }
}
