import type { ClusterTimeline, ReplicaTimeline, RevisionTimeline } from "@portcullis/control";
import { formatRevision } from "@portcullis/policy";
import { isJson, type RunCommand } from "../command-definition.ts";
import { withAdministration } from "../open-administration.ts";
import { printable } from "../printable.ts";
import { parseRevisionName } from "../revision-name.ts";
import { revisionObject } from "../revision-words.ts";
import { type Cell, formatTable } from "../table.ts";
import type { Terminal } from "../terminal.ts";

/** `portcullis rollout timeline`. */
export const rolloutTimeline: RunCommand = ({ arguments: [name = "newest"], options }, terminal) =>
  withAdministration({ options, terminal, signs: "never" }, async (administration, lineage) => {
    const timeline = await administration.timeline(parseRevisionName(name, lineage));
    const object = { ...timeline, revision: revisionObject(timeline.revision) };
    await terminal.print(isJson(options) ? `${JSON.stringify(object)}\n` : describe(timeline, terminal));
    return 0;
  });

function describe({ revision, publishedAt, inForceAt, clusters }: RevisionTimeline, terminal: Terminal): string {
  const rows: readonly (readonly Cell[])[] = [
    [publishedAt, `published ${formatRevision(revision.token)}`],
    ...clusters.flatMap((cluster) => [...cluster.replicas.map((replica) => replicaRow(cluster, replica)), clusterRow(cluster)]),
    ...(clusters.length > 1 ? [[inForceAt ?? "unknown", "in force everywhere"]] : []),
  ];
  return formatTable(rows, terminal);
}

function replicaRow({ cluster }: ClusterTimeline, { replica, appliedAt, isSuperseded, nack }: ReplicaTimeline): readonly Cell[] {
  const name = printable(`${cluster}/${replica}`);
  if (nack !== null) return ["-", { text: `${name} refused it: ${printable(nack.detail)} (${printable(nack.code)})`, style: "red" }];
  if (appliedAt === null) return ["-", `${name} has not applied it, or no longer says when`];
  return [appliedAt, isSuperseded ? `${name} applied a later one, and never this` : `${name} applied it`];
}

function clusterRow({ cluster, inForceAt, unknown }: ClusterTimeline): readonly Cell[] {
  const name = printable(cluster);
  if (inForceAt !== null) return [inForceAt, `in force in ${name}`];
  if (unknown.length > 0) return ["unknown", `in force in ${name}: it never said ${unknown.join(", ")}`];
  return ["-", `not in force in ${name}`];
}
