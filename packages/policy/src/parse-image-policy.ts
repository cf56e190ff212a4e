import { enforcements } from "./decision.ts";
import type { DocumentCursor } from "./document-cursor.ts";
import { type MessageTemplate, maxMessageLength, parseMessageTemplate } from "./message-template.ts";
import { overlayGlobOf } from "./overlays.ts";
import { parseGlobs, parseMatch } from "./parse-match.ts";
import { parseName } from "./parse-name.ts";
import { parseList } from "./parse-patterns.ts";
import type { PolicySource } from "./policy-source.ts";

const specFields = [
  "enforcement",
  "match",
  "allow",
  "allowFrom",
  "deny",
  "denyFrom",
  "except",
  "exceptFrom",
  "require",
  "message",
] as const;

/** Reads a document with `kind: ImagePolicy`. Reports every mistake; what it returns then is not to be compiled. */
export function parseImagePolicy(document: DocumentCursor): PolicySource {
  const fields = document.fields(["apiVersion", "kind", "metadata", "spec"]);
  const name = parseName(document, fields?.get("metadata"));
  const spec = fields?.get("spec") ?? document.missing("spec", '{ allow: ["registry.example/**"] }');
  const parts = spec?.fields(specFields) ?? new Map<string, DocumentCursor>();
  const source = {
    name,
    file: document.file,
    line: document.line,
    overlay: overlayGlobOf(document.file),
    enforcement: parts.get("enforcement")?.choice(enforcements) ?? "deny",
    ...parseMatch(parts.get("match")),
    allow: parseList(parts.get("allow"), parts.get("allowFrom")),
    deny: parseList(parts.get("deny"), parts.get("denyFrom")),
    except: parseList(parts.get("except"), parts.get("exceptFrom")),
    ...parseRequire(parts.get("require")),
    message: parseMessage(parts.get("message")),
  };
  reportEmptyAllow(parts.get("allow"));
  if (spec?.isMap === true) reportSilence(spec, source);
  return source;
}

/** Read as written such a list refuses everything; most often somebody meant to leave it out. */
function reportEmptyAllow(allow: DocumentCursor | undefined): void {
  if (allow?.isEmptyList === true) {
    allow.report("policy-empty-list", 'is empty; list what is allowed, or deny everything with deny: ["**"]');
  }
}

function reportSilence(spec: DocumentCursor, { allow, deny, requiresDigest, forbiddenTags }: PolicySource): void {
  if (allow !== undefined || deny !== undefined || requiresDigest || forbiddenTags.length > 0) return;
  spec.report("policy-says-nothing", 'asks nothing of any image; give it "allow", "deny" or "require"');
}

function parseRequire(require: DocumentCursor | undefined): Pick<PolicySource, "requiresDigest" | "forbiddenTags"> {
  const fields = require?.fields(["digest", "tag"]);
  const forbid = fields?.get("tag")?.fields(["forbid"])?.get("forbid");
  return {
    requiresDigest: fields?.get("digest")?.flag() ?? false,
    forbiddenTags: forbid === undefined ? [] : parseGlobs(forbid),
  };
}

function parseMessage(cursor: DocumentCursor | undefined): MessageTemplate | undefined {
  const text = cursor?.text();
  if (cursor === undefined || text === undefined) return undefined;
  if (text.trim() === "") cursor.report("policy-wrong-value", "is empty; write what to do, or leave it out");
  if (text.length > maxMessageLength) cursor.report("policy-wrong-value", `is longer than ${maxMessageLength} characters; shorten it`);
  return parseMessageTemplate(text, (message) => cursor.report("policy-unknown-placeholder", message));
}
