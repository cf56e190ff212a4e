import type { History } from "../history/read-history.ts";

/** Something in a history that must not be. */
export interface Violation {
  /** When, by the observer's clock. */
  readonly at: number;
  readonly message: string;
}

/** Finds where a history breaks one promise. Pure. */
export type Property = (history: History) => readonly Violation[];
