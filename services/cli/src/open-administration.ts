import { createPolicyAdministration, type PolicyAdministration } from "@portcullis/control";
import type { SigningKey, TrustAnchors } from "@portcullis/policy-bus";
import type { OptionValues } from "./command-definition.ts";
import { keyFilesAtHand, loadKey, loadKeys, loadTrust } from "./key-files.ts";
import { withRevisionLog } from "./open-revision-log.ts";
import { publisherOf } from "./publisher-of.ts";
import type { ExitStatus, Terminal } from "./terminal.ts";

export interface AdministrationNeeds {
  /** Whether something is to be signed; `if-at-hand`: only tried, where the keys' files are there. */
  readonly signs: "always" | "if-at-hand" | "never";
}

/** Opens what administers the revisions that the options name, for as long as `use` takes. */
export async function withAdministration(
  { options, terminal, signs }: AdministrationNeeds & { readonly options: OptionValues; readonly terminal: Terminal },
  use: (administration: PolicyAdministration, anchors: TrustAnchors) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const [anchors, keys] = await Promise.all([loadTrust(options, terminal), keysFor(signs, options, terminal)]);
  const publisher = publisherOf(options, terminal);
  return withRevisionLog(options, terminal, (log) => use(createPolicyAdministration({ log, anchors, keys, publisher }), anchors));
}

function keysFor(signs: AdministrationNeeds["signs"], options: OptionValues, terminal: Terminal): Promise<readonly SigningKey[]> {
  switch (signs) {
    case "always":
      return loadKeys(options, terminal);
    case "if-at-hand":
      return Promise.all(keyFilesAtHand(options, terminal).map((file) => loadKey(file, terminal)));
    case "never":
      return Promise.resolve([]);
    default:
      return signs satisfies never;
  }
}
