import type { DocumentCursor } from "./document-cursor.ts";
import { parseName } from "./parse-name.ts";
import type { BundleSource } from "./policy-source.ts";

/** Reads the document with `kind: Bundle`. A name is welcome and means nothing. */
export function parseBundleSettings(document: DocumentCursor): BundleSource {
  const fields = document.fields(["apiVersion", "kind", "metadata", "spec"]);
  const metadata = fields?.get("metadata");
  if (metadata !== undefined) parseName(document, metadata);
  const spec = fields?.get("spec") ?? document.missing("spec", "{ default: deny }");
  const parts = spec?.fields(["default", "shortNames"]);
  return {
    file: document.file,
    line: document.line,
    default: parts?.get("default")?.choice(["deny", "allow"]),
    shortNames: parts?.get("shortNames")?.choice(["dockerHub", "deny"]) ?? "dockerHub",
  };
}
