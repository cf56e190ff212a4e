import type { Enforcement, Finding, FindingRule } from "@portcullis/policy";
import { enumTable } from "./enum-table.ts";
import {
  Enforcement as EnforcementEnum,
  type Finding as FindingMessage,
  FindingRule as FindingRuleEnum,
} from "./gen/portcullis/decision/v1/decision.pb.ts";
import { bounded } from "./message-limits.ts";

const enforcementTable = enumTable<Enforcement, EnforcementEnum>({
  deny: EnforcementEnum.ENFORCEMENT_DENY,
  warn: EnforcementEnum.ENFORCEMENT_WARN,
  audit: EnforcementEnum.ENFORCEMENT_AUDIT,
});

const ruleTable = enumTable<FindingRule, FindingRuleEnum>({
  allow: FindingRuleEnum.FINDING_RULE_ALLOW,
  deny: FindingRuleEnum.FINDING_RULE_DENY,
  "require-digest": FindingRuleEnum.FINDING_RULE_REQUIRE_DIGEST,
  "require-tag": FindingRuleEnum.FINDING_RULE_REQUIRE_TAG,
  "unparsable-image": FindingRuleEnum.FINDING_RULE_UNPARSABLE_IMAGE,
  "short-name": FindingRuleEnum.FINDING_RULE_SHORT_NAME,
  "not-covered": FindingRuleEnum.FINDING_RULE_NOT_COVERED,
  "broken-rule": FindingRuleEnum.FINDING_RULE_BROKEN_RULE,
  "policy-expired": FindingRuleEnum.FINDING_RULE_POLICY_EXPIRED,
});

/** Most findings of one list that travel. The verdict does not depend on them, and no reader reads more. */
export const maxFindings = 256;

/** Longest text of a finding that travels, in UTF-16 code units; the rest is cut and marked with `…`. */
export const maxFindingText = 1_024;

/**
 * Findings as they travel: the first 256, long texts cut. Without a bound one hostile object with 100,000 images,
 * or one image name of 7 MiB, would make an answer that exceeds the message limit and ends the stream for everybody.
 */
export function toFindingMessages(findings: readonly Finding[]): readonly FindingMessage[] {
  return findings.slice(0, maxFindings).map((finding) => ({
    policy: cut(finding.policy),
    enforcement: enforcementTable.toProto(finding.enforcement),
    rule: ruleTable.toProto(finding.rule),
    image: cut(finding.image),
    canonical: cut(finding.canonical),
    field: cut(finding.field),
    container: cut(finding.container),
    message: cut(finding.message),
  }));
}

/** Throws `InvalidMessageError` for an unknown enum value or an absurd length. */
export function fromFindingMessages(messages: readonly FindingMessage[], field: string): readonly Finding[] {
  return bounded(messages, field).map((message, index) => ({
    policy: message.policy,
    enforcement: enforcementTable.fromProto(message.enforcement, `${field}[${index}].enforcement`),
    rule: ruleTable.fromProto(message.rule, `${field}[${index}].rule`),
    image: message.image,
    canonical: message.canonical,
    field: message.field,
    container: message.container,
    message: message.message,
  }));
}

function cut(text: string): string {
  return text.length <= maxFindingText ? text : `${text.slice(0, maxFindingText).toWellFormed()}…`;
}
