import type { ReplicaName } from "@portcullis/policy-bus";
import { CliError } from "../cli-error.ts";
import { commaListOption, isJson, type OptionValues, type RunCommand } from "../command-definition.ts";
import { followRollout } from "../follow-rollout.ts";
import { secondsOption } from "../number-option.ts";
import { withAdministration } from "../open-administration.ts";
import { parseRevisionName } from "../revision-name.ts";

/** `portcullis rollout status`. */
export const rolloutStatus: RunCommand = ({ arguments: [name = "newest"], options }, terminal) => {
  const timeoutMs = secondsOption(options, "timeout");
  const expected = replicasOf(options, "expect");
  const gone = replicasOf(options, "gone");
  return withAdministration({ options, terminal, signs: "never" }, (administration, lineage) => {
    const waits = options["wait"] === true;
    const statuses = administration.rollout({
      revision: parseRevisionName(name, lineage),
      waits,
      expected,
      gone,
      ...(waits && timeoutMs !== undefined && { timeoutMs }),
    });
    return followRollout(statuses, { asJson: isJson(options), waits, terminal });
  });
};

function replicasOf(options: OptionValues, name: string): readonly ReplicaName[] {
  return commaListOption(options, name).map((text) => {
    const [, cluster, replica] = /^([^/]+)\/(.+)$/.exec(text) ?? [];
    if (cluster !== undefined && replica !== undefined) return { cluster, replica };
    throw new CliError("cli-usage", `--${name} "${text}" names no replica; write cluster/replica, as \`portcullis fleet\` shows them`);
  });
}
