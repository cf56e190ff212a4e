import { createPolicyAdministration, type PolicyAdministration } from "@portcullis/control";
import type { OptionValues } from "./command-definition.ts";
import { loadKeys, loadTrust } from "./key-files.ts";
import { withRevisionLog } from "./open-revision-log.ts";
import { publisherOf } from "./publisher-of.ts";
import type { ExitStatus, Terminal } from "./terminal.ts";

export interface AdministrationNeeds {
  /** Whether something is to be signed. */
  readonly signs: boolean;
}

/** Opens what administers the revisions that the options name, for as long as `use` takes. */
export async function withAdministration(
  { options, terminal, signs }: AdministrationNeeds & { readonly options: OptionValues; readonly terminal: Terminal },
  use: (administration: PolicyAdministration) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const [anchors, keys] = await Promise.all([loadTrust(options, terminal), signs ? loadKeys(options, terminal) : []]);
  const publisher = publisherOf(options, terminal);
  return withRevisionLog(options, terminal, (log) => use(createPolicyAdministration({ log, anchors, keys, publisher })));
}
