/** One file of a policy folder: YAML documents, or a list with one pattern per line. */
export interface BundleFile {
  /** Relative to the folder, with `/`; used in messages and by `allowFrom`, `denyFrom`, `exceptFrom`. */
  readonly path: string;
  readonly text: string;
  /**
   * What follows `text`, cut anywhere: a list of a million lines comes in pieces, since to make one string of them takes longer
   * than other requests may wait. Absent where `text` is all.
   */
  readonly rest?: readonly string[];
}

/** A set of policies, compiled and checked together, as its author wrote it. */
export interface Bundle {
  readonly files: readonly BundleFile[];
}
