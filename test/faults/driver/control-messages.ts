import type { NewEpochRequest, PublicKeyEntry } from "@portcullis/policy-bus";
import type { BundleRecipe } from "../history/bundle-recipe.ts";
import type { Position, PublishResult } from "../history/history-event.ts";

/** What the control process is started with. */
export interface ControlSettings {
  readonly servers: readonly string[];
  readonly trustFile: string;
}

export interface ControlRequest {
  readonly id: number;
  readonly recipe: BundleRecipe;
  readonly audience: readonly string[];
  readonly keyFiles: readonly string[];
  readonly nextKeys?: readonly PublicKeyEntry[];
  readonly newEpoch?: NewEpochRequest;
  readonly timeoutMs: number;
}

export interface PublishedAnswer {
  readonly outcome: PublishResult;
  /** Why it was refused. */
  readonly why: string | null;
  readonly position: Position | null;
  readonly digest: string | null;
}

/** An answer travels with the id of its request. */
export type ControlAnswer = PublishedAnswer & { readonly id: number };
