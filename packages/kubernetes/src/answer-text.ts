import { type Answer, type Decision, describeWarning, type Finding, formatRevision } from "@portcullis/policy";
import type { UndecidedOutcome } from "./parsed-review.ts";

/**
 * kube-apiserver cuts each warning to 256 characters once all of them exceed 4 KiB of headers, and drops what still
 * does not fit: staying below both keeps every warning whole.
 */
const maxWarningLength = 256;
const maxWarningsLength = 4096;
/** `Warning: 299 - "…"` and the line end that each one costs as a header. */
const warningOverhead = 22;

/** Audit annotations end up in audit events, which backends cut or refuse beyond their own limits. */
const maxAnnotationLength = 4096;

/** Fits a message into a status: kubectl prints all of it, and etcd never sees it, but events carry at most 1 KiB of it. */
const maxMessageLength = 8192;

/** `status.message` of a denial, bounded. */
export function boundedMessage(text: string): string {
  return cut(text, maxMessageLength);
}

/**
 * Warnings as an API server can put them into headers: printable ASCII, each at most 256 characters, all together
 * below 4 KiB, none twice. The last one says how many did not fit.
 */
export function toWarnings(texts: readonly string[]): string[] {
  if (texts.length === 0) return [];
  const distinct = [...new Set(texts.map((text) => cut(printable(text), maxWarningLength)))].filter((text) => text !== "");
  const warnings: string[] = [];
  let length = 0;
  for (const text of distinct) {
    length += headerLength(text);
    if (length > maxWarningsLength - maxWarningLength && warnings.length < distinct.length - 1) {
      warnings.push(`${distinct.length - warnings.length} more warnings are not shown`);
      break;
    }
    warnings.push(text);
  }
  return warnings;
}

/** What `warn` policies found, and the lists whose images nobody judged. */
export function warningTexts(decision: Decision, unknownImageLists: readonly string[]): string[] {
  return [
    ...decision.warnings.map((finding) => describeWarning(finding, decision.servedAt, maxWarningLength)),
    ...unknownImageLists.map((path) => `the images in "${path}" stand outside any pod spec and were not judged`),
  ];
}

/** Data for the audit log. Keys carry no prefix: the API server adds one. Values are bounded. */
export function toAuditAnnotations({ decision, decisionId, degraded }: Answer): Record<string, string> {
  const annotations: Record<string, string> = {
    "decision-id": printable(decisionId),
    revision: printable(formatRevision(decision.servedAt)),
  };
  const denials = decision.verdict === "deny" ? decision.denials : [];
  const findings = [...denials, ...decision.warnings, ...decision.audited];
  if (findings.length > 0) {
    annotations["policies"] = cut([...new Set(findings.map(({ policy }) => policy))].join(","), maxAnnotationLength);
    annotations["findings"] = toFindingsText(findings);
  }
  if (degraded) annotations["degraded"] = "true";
  return annotations;
}

/** Says in the audit log that no decision was reached, and what was answered in its place. */
export function toUndecidedAnnotations({ verdict, code }: UndecidedOutcome): Record<string, string> {
  return { undecided: code, ...(verdict === "allow" ? { "allowed-while-undecided": "true" } : {}) };
}

/** A JSON list that always parses: findings that do not fit are counted in a last entry instead of being cut in half. */
function toFindingsText(findings: readonly Finding[]): string {
  const entries: string[] = [];
  let length = 2;
  for (const { policy, enforcement, rule, image, canonical, field, container } of findings) {
    const entry = JSON.stringify({ policy, enforcement, rule, image: cut(image, 512), canonical, field, container });
    length += entry.length + 1;
    if (length > maxAnnotationLength - 64) {
      entries.push(JSON.stringify({ omitted: findings.length - entries.length }));
      break;
    }
    entries.push(entry);
  }
  return `[${entries.join(",")}]`;
}

/** An API server drops a warning with a control character; some clients choke on what is not ASCII. */
function printable(text: string): string {
  // Nearly every text: looking costs less than replacing nothing.
  if (/^[\x21-\x7e]*$/.test(text)) return text;
  return text
    .replace(/[\t\n\r ]+/g, " ")
    .replace(/[^\x20-\x7e]/g, "?")
    .trim();
}

/** `"` and `\` are escaped in the header, and so count twice. */
function headerLength(text: string): number {
  return text.length + warningOverhead + (text.match(/["\\]/g)?.length ?? 0);
}

function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 3)}...`;
}
