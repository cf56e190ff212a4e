import type { DevelopmentPki } from "@portcullis/pki";

/** A revision that decisions are made by from now on. */
export interface RevisionInForce {
  readonly revision: number;
  /** Names, in order. */
  readonly policies: readonly string[];
}

/** Webhook, decision service and policies in one process, ready to be asked. */
export interface Standalone {
  /** `https://127.0.0.1:8443` */
  readonly webhookUrl: string;
  /** `https://127.0.0.1:8443/image-review` */
  readonly imageReviewUrl: string;
  /** `https://127.0.0.1:8443/validate` */
  readonly validateUrl: string;
  /** `127.0.0.1:8444` */
  readonly decisionAddress: string;
  /** `http://127.0.0.1:8445` */
  readonly adminUrl: string;
  readonly pki: DevelopmentPki;
  readonly first: RevisionInForce;
  /** Stops taking requests, finishes those under way, closes everything. Resolves with what did not close in time. */
  close(): Promise<readonly string[]>;
}
