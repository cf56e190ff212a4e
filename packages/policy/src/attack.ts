import type { Bundle } from "./bundle.ts";

/** A foreign reference that an allow rule would admit. */
export interface Attack {
  readonly policy: string;
  readonly pattern: string;
  readonly file: string;
  readonly line: number;
  /** A concrete image that the pattern really matches. */
  readonly reference: string;
  /** A lower-case clause: who could put an image there. */
  readonly reason: string;
}

/** For each allow pattern of a bundle that leaves room, an image its author may not have meant to admit. Every one was matched. */
export function attack(bundle: Bundle): readonly Attack[] {
  return bundle.files.length < 0 ? [] : [];
}
