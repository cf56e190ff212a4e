import { createPolicyAdministration, type PolicyAdministration } from "@portcullis/control";
import type { SigningKey } from "@portcullis/policy-bus";
import type { OptionValues } from "./command-definition.ts";
import { keyFilesAtHand, loadKey, loadKeys, loadTrust } from "./key-files.ts";
import { controlAddressOf, openRemoteAdministration } from "./open-remote-administration.ts";
import { withRevisionLog } from "./open-revision-log.ts";
import { publisherOf } from "./publisher-of.ts";
import type { ExitStatus, Terminal } from "./terminal.ts";

export interface AdministrationNeeds {
  /** Whether something is to be signed; `if-at-hand`: only tried, where the keys' files are there. */
  readonly signs: "always" | "if-at-hand" | "never";
}

/** Does something with an administration. `lineage`: undefined where only a control service knows it. */
export type UseAdministration = (administration: PolicyAdministration, lineage: string | undefined) => Promise<ExitStatus>;

/** Opens what administers the revisions that the options name, here or in a control service, for as long as `use` takes. */
export async function withAdministration(
  { options, terminal, signs }: AdministrationNeeds & { readonly options: OptionValues; readonly terminal: Terminal },
  use: UseAdministration,
): Promise<ExitStatus> {
  const address = controlAddressOf(options, terminal);
  if (address !== undefined) {
    const remote = await openRemoteAdministration(address, options, terminal);
    return use(remote, undefined).finally(() => remote.close());
  }
  const [anchors, keys] = await Promise.all([loadTrust(options, terminal), keysFor(signs, options, terminal)]);
  const publisher = publisherOf(options, terminal);
  return withRevisionLog(options, terminal, (log) => use(createPolicyAdministration({ log, anchors, keys, publisher }), anchors.lineage));
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
