import type { RolloutStatus } from "@portcullis/control";
import { formatRevision } from "@portcullis/policy";
import { createProgressLine } from "./progress-line.ts";
import { revisionObject } from "./revision-words.ts";
import { describeReplica, describeRollout, type NamedReplica, namedReplicas } from "./rollout-words.ts";
import type { ExitStatus, Terminal } from "./terminal.ts";

/** Shows each replica as it changes, then how it ended. Exit status 0 once settled everywhere, 1 otherwise. */
export async function followRollout(
  statuses: AsyncIterable<RolloutStatus>,
  { asJson, waits, terminal }: { readonly asJson: boolean; readonly waits: boolean; readonly terminal: Terminal },
): Promise<ExitStatus> {
  const progress = createProgressLine(terminal);
  const shown = new Map<string, string>();
  let last: RolloutStatus | undefined;
  for await (const status of statuses) {
    last = status;
    progress.end();
    const lines = asJson ? [jsonLine(status)] : changed(status, shown).map((replica) => describeReplica(replica, status, terminal));
    for (const line of lines) await terminal.print(line);
    if (waits) progress.say(describeWait(status));
  }
  progress.end();
  if (last === undefined) return 2;
  if (!asJson) await terminal.print(describeRollout(last, terminal));
  return last.outcome === "all-acked" || last.outcome === "fenced" ? 0 : 1;
}

function jsonLine(status: RolloutStatus): string {
  return `${JSON.stringify({ ...status, revision: revisionObject(status.revision) })}\n`;
}

/** The replicas whose standing is another than was shown, which is noted. */
function changed(status: RolloutStatus, shown: Map<string, string>): readonly NamedReplica[] {
  return namedReplicas(status).filter(({ cluster, replica, progress, status: report }) => {
    const key = JSON.stringify([cluster, replica]);
    const standing = JSON.stringify([progress, report?.applied, report?.freshness]);
    const isNews = shown.get(key) !== standing;
    shown.set(key, standing);
    return isNews;
  });
}

function describeWait(status: RolloutStatus): string {
  const replicas = namedReplicas(status);
  const settled = replicas.filter(({ progress }) => progress === "acked" || progress === "fenced").length;
  return `waiting for ${formatRevision(status.revision.token)}: ${settled} of ${replicas.length} replicas`;
}
