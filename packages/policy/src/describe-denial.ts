import type { Decision, Finding, RevisionToken } from "./decision.ts";
import { quote } from "./quote.ts";

/** Longest text of `describeDenial` before the revision; API servers hand it on to whoever ran kubectl. */
const maxDenialLength = 4_096;

/**
 * The one text for `status.message` and `status.reason`: per finding the author's words, policy, image as written,
 * canonical reference and field where it is known; then the revision. One line of at most about 4,200 characters.
 */
export function describeDenial(decision: Decision & { readonly verdict: "deny" }): string {
  const texts = [...new Set(decision.denials.map(describeFinding))];
  const shown: string[] = [];
  let length = 0;
  for (const text of texts) {
    length += text.length + 2;
    if (shown.length > 0 && length > maxDenialLength) break;
    shown.push(text.length <= maxDenialLength ? text : `${text.slice(0, maxDenialLength)}…`);
  }
  const rest = texts.length - shown.length;
  const more = rest === 0 ? "" : `; and ${rest} more`;
  return `${shown.join("; ")}${more} [revision ${formatRevision(decision.servedAt)}]`;
}

/**
 * One finding in at most `maxLength` characters: the revision is left out first, then the message is cut, so that what it is about
 * stays. Longer only where policy, image and place alone are.
 */
export function describeWarning(finding: Finding, servedAt: RevisionToken, maxLength: number): string {
  const whole = describeFinding(finding);
  const withRevision = `${whole} [revision ${formatRevision(servedAt)}]`;
  if (withRevision.length <= maxLength) return withRevision;
  if (whole.length <= maxLength) return whole;
  const about = describeFinding({ ...finding, message: "" });
  const room = Math.max(0, maxLength - about.length - "...".length);
  return `${finding.message.slice(0, room).toWellFormed()}...${about}`;
}

/** One finding for people: its message, then what the message does not name already. */
export function describeFinding({ message, policy, image, canonical, field, container }: Finding): string {
  const place = container === "" ? field : `${field} ${quote(container)}`;
  const facts = [
    ...(message.includes(quote(policy)) ? [] : [`policy ${quote(policy)}`]),
    ...(image === "" || message.includes(quote(image)) ? [] : [`image ${quote(image)}`]),
    ...(canonical === image || canonical === "" ? [] : [`that is ${quote(canonical)}`]),
    ...(field === "any" ? [] : [`in ${place}`]),
  ];
  return facts.length === 0 ? message : `${message} (${facts.join(", ")})`;
}

/** `lineage/epoch/revision`. */
export function formatRevision({ lineage, epoch, revision }: RevisionToken): string {
  return `${lineage}/${epoch}/${revision}`;
}
