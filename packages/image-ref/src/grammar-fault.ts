/** What can be held against a text. References report it as `image-…`, patterns as `pattern-…`. */
export const grammarFaults = [
  "empty",
  "blank",
  "character",
  "url",
  "userinfo",
  "id",
  "empty-component",
  "host",
  "uppercase",
  "path",
  "too-long",
  "tag",
  "digest",
  "digest-algorithm",
] as const;
export type GrammarFault = (typeof grammarFaults)[number];

/** The first thing wrong with a text, where, and what to write instead. */
export interface Fault {
  readonly fault: GrammarFault;
  readonly at: number;
  readonly message: string;
}
