import type { Bundle, RevisionToken } from "@portcullis/policy";

/** A bundle that was published, and its identity. */
export interface Revision {
  readonly token: RevisionToken;
  /** `sha256:<hex>` over the bundle's files. Equal token means equal digest. */
  readonly digest: string;
  readonly bundle: Bundle;
}

/** How revisions travel from who publishes them to every decision replica. */
export interface PolicyBus {
  /** Resolves with the identity given to the bundle, once every later follower would see it. */
  publish(bundle: Bundle): Promise<RevisionToken>;
  /**
   * Calls `onRevision` with the newest revision, if there is one, and with every later one in order.
   * Returns a function that stops following.
   */
  follow(onRevision: (revision: Revision) => void): () => void;
  close(): Promise<void>;
}
