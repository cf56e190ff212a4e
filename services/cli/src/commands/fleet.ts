import type { Fleet, FleetCluster, FleetReplica } from "@portcullis/control";
import { formatRevision, type RevisionToken } from "@portcullis/policy";
import { isJson, type RunCommand } from "../command-definition.ts";
import { withAdministration } from "../open-administration.ts";
import { printable } from "../printable.ts";
import { describeSpan } from "../span-words.ts";
import { type Cell, formatTable } from "../table.ts";
import { type Style, styled, type Terminal } from "../terminal.ts";

/** `portcullis fleet`. */
export const fleet: RunCommand = ({ options }, terminal) =>
  withAdministration({ options, terminal, signs: "never" }, async (administration) => {
    const known = await administration.fleet();
    if (isJson(options)) for (const object of replicaObjects(known)) await terminal.print(`${JSON.stringify(object)}\n`);
    else await terminal.print(describe(known, terminal));
    const replicas = known.clusters.flatMap((cluster) => cluster.replicas);
    return replicas.length > 0 && replicas.every(isWell) ? 0 : 1;
  });

function isWell({ standing, status }: FleetReplica): boolean {
  return standing === "current" && status.freshness !== "expired";
}

function replicaObjects({ clusters }: Fleet): readonly object[] {
  return clusters.flatMap(({ cluster, target, replicas }) => replicas.map((replica) => ({ cluster, target, ...replica })));
}

const standingStyles = { current: "green", behind: "yellow", refused: "red", foreign: "red", empty: "red" } as const satisfies Record<
  FleetReplica["standing"],
  Style
>;
const freshnessStyles = { fresh: "green", stale: "yellow", expired: "red" } as const satisfies Record<string, Style>;

function describe({ newest, clusters }: Fleet, terminal: Terminal): string {
  const name = newest === null ? "no revision was published yet" : `newest revision ${formatRevision(newest)}`;
  if (clusters.length === 0) return `${name}; no replica has reported within the last day\n`;
  const header: Cell[] = ["CLUSTER", "REPLICA", "SERVES", "TARGET", "STANDING", "FRESHNESS", "REPORTED", "VERSION"];
  const rows = clusters.flatMap((cluster) => cluster.replicas.map((replica) => toRow(cluster, replica)));
  const nacks = clusters.flatMap((cluster) => cluster.replicas.flatMap((replica) => describeNack(cluster, replica, terminal)));
  return `${formatTable([header, ...rows], terminal)}${nacks.join("")}${name}\n`;
}

function toRow({ cluster, target }: FleetCluster, { replica, standing, silentMs, status }: FleetReplica): readonly Cell[] {
  const { freshness, stalenessMs } = status;
  return [
    printable(cluster),
    printable(replica),
    nameOf(status.applied),
    nameOf(target),
    { text: standing, style: standingStyles[standing] },
    { text: freshness === "fresh" ? freshness : `${freshness} for ${describeSpan(stalenessMs)}`, style: freshnessStyles[freshness] },
    `${describeSpan(silentMs)} ago`,
    printable(status.version),
  ];
}

function describeNack({ cluster }: FleetCluster, { replica, nack }: FleetReplica, terminal: Terminal): readonly string[] {
  if (nack === null) return [];
  const name = printable(`${cluster}/${replica}`);
  const refused = styled(terminal, "red", "refused");
  return [`${name} ${refused} ${nameOf(nack.token)}: ${printable(nack.detail)} (${printable(nack.code)})\n`];
}

function nameOf(token: RevisionToken | null): string {
  return token === null ? "none" : printable(formatRevision(token));
}
