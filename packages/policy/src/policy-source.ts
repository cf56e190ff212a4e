import type { ReferencePattern } from "@portcullis/image-ref";
import type { Enforcement } from "./decision.ts";
import type { MessageTemplate } from "./message-template.ts";
import type { SelectorSource } from "./selector.ts";

/** One document with `kind: ImagePolicy`, as its author wrote it. */
export interface PolicySource {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** The glob of the clusters it is for, where it stands in an overlay: it can only deny more there. */
  readonly overlay: string | undefined;
  readonly enforcement: Enforcement;
  readonly clusters: SelectorSource;
  readonly namespaces: SelectorSource;
  readonly kinds: SelectorSource;
  readonly fields: SelectorSource;
  readonly allow: ListSource | undefined;
  readonly deny: ListSource | undefined;
  readonly except: ListSource | undefined;
  readonly requiresDigest: boolean;
  readonly forbiddenTags: readonly string[];
  readonly message: MessageTemplate | undefined;
}

/** `allow` with `allowFrom`, `deny` with `denyFrom`, or `except` with `exceptFrom`. */
export interface ListSource {
  readonly patterns: readonly WrittenPattern[];
  readonly files: readonly WrittenPath[];
}

/** A pattern in a policy document. */
export interface WrittenPattern {
  readonly text: string;
  readonly pattern: ReferencePattern;
  readonly line: number;
  readonly field: string;
}

/** The name of a list file in a policy document, made relative to the bundle. */
export interface WrittenPath {
  readonly path: string;
  readonly line: number;
  readonly field: string;
}

/** The document with `kind: Bundle`. */
export interface BundleSource {
  readonly file: string;
  readonly line: number;
  readonly default: "allow" | "deny" | undefined;
  readonly shortNames: "dockerHub" | "deny";
}
