import type { DocumentCursor } from "./document-cursor.ts";

/** Names travel in messages, logs and audit annotations, so they keep to what Kubernetes takes for a name. */
const validName = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/u;

/** Reads `metadata.name`; empty when there is none, which has then been reported. */
export function parseName(document: DocumentCursor, metadata: DocumentCursor | undefined): string {
  const example = "{ name: trusted-registries }";
  if (metadata === undefined) {
    document.missing("metadata", example);
    return "";
  }
  const fields = metadata.fields(["name", "labels", "annotations"]);
  const cursor = fields?.get("name");
  if (cursor === undefined) {
    if (fields !== undefined) metadata.missing("name", example);
    return "";
  }
  const name = cursor.text() ?? "";
  if (name === "" || validName.test(name)) return name;
  cursor.report("policy-wrong-value", `${JSON.stringify(name)} is no name; use lower-case letters, digits, "-" and ".", at most 253`);
  return "";
}
