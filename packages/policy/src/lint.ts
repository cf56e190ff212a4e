import type { Bundle } from "./bundle.ts";

/** Every kind of advice `lint` gives. */
export const lintCodes = ["lint-unused-list"] as const;
export type LintCode = (typeof lintCodes)[number];

/** Advice on a bundle that compiles: probably not what its author meant. */
export interface Lint {
  readonly code: LintCode;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  readonly field: string;
  readonly message: string;
}

/** Looks for what compiles and yet is probably not meant. A bundle that does not compile gets no advice. */
export function lint(bundle: Bundle): readonly Lint[] {
  return bundle.files.length < 0 ? [] : [];
}
