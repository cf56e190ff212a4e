import type { BundleDefaults, BundleDifference, Differences } from "@portcullis/policy";
import {
  type BundleDefaults as DefaultsMessage,
  DefaultVerdict,
  type BundleDifference as DifferenceMessage,
  type Differences as DifferencesMessage,
  enumTable,
  ShortNames,
} from "@portcullis/wire/policy";
import { present } from "./words.ts";

const verdicts = enumTable({ allow: DefaultVerdict.DEFAULT_VERDICT_ALLOW, deny: DefaultVerdict.DEFAULT_VERDICT_DENY });
const shortNames = enumTable({ dockerHub: ShortNames.SHORT_NAMES_DOCKER_HUB, deny: ShortNames.SHORT_NAMES_DENY });

export function toDifferenceMessage({ files, policies, lists, defaults }: BundleDifference): DifferenceMessage {
  return {
    files,
    policies,
    lists,
    defaults: defaults && { before: toDefaultsMessage(defaults.before), after: toDefaultsMessage(defaults.after) },
  };
}

function toDefaultsMessage(defaults: BundleDefaults | undefined): DefaultsMessage | undefined {
  if (defaults === undefined) return undefined;
  const { default: verdict } = defaults;
  return {
    default: verdict === undefined ? DefaultVerdict.DEFAULT_VERDICT_UNSPECIFIED : verdicts.toProto(verdict),
    shortNames: shortNames.toProto(defaults.shortNames),
  };
}

/** Throws `InvalidMessageError`. */
export function fromDifferenceMessage(message: DifferenceMessage | undefined, field: string): BundleDifference {
  const { files, policies, lists, defaults } = present(message, field);
  return {
    files: fromDifferences(files, `${field}.files`),
    policies: fromDifferences(policies, `${field}.policies`),
    lists: lists.map(({ path, added, removed }) => ({ path, added, removed })),
    ...(defaults !== undefined && {
      defaults: { before: fromDefaultsMessage(defaults.before, field), after: fromDefaultsMessage(defaults.after, field) },
    }),
  };
}

function fromDifferences(message: DifferencesMessage | undefined, field: string): Differences {
  const { added, removed, changed } = present(message, field);
  return { added, removed, changed };
}

function fromDefaultsMessage(message: DefaultsMessage | undefined, field: string): BundleDefaults | undefined {
  if (message === undefined) return undefined;
  const { default: verdict } = message;
  const isSaid = verdict !== DefaultVerdict.DEFAULT_VERDICT_UNSPECIFIED;
  return {
    default: isSaid ? verdicts.fromProto(verdict, `${field}.defaults.default`) : undefined,
    shortNames: shortNames.fromProto(message.shortNames, `${field}.defaults.short_names`),
  };
}
