/** Every kind of advice `lint` gives. */
export const lintCodes = [
  "lint-unused-list",
  "lint-open-default",
  "lint-never-matches",
  "lint-system-namespace",
  "lint-fields",
  "lint-allows-everything",
  "lint-repeated-pattern",
  "lint-shadowed-pattern",
  "lint-never-admitted",
] as const;
export type LintCode = (typeof lintCodes)[number];

/** Advice on a bundle that compiles: probably not what its author meant. */
export interface Lint {
  readonly code: LintCode;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** `spec.allow[2]`; empty when the whole document, or a line of a list file, is meant. */
  readonly field: string;
  /** A lower-case clause that says what was found and what to do. */
  readonly message: string;
}
