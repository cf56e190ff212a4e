import type { BundleDefaults, BundleDifference } from "@portcullis/policy";
import { printable } from "./printable.ts";
import { styled, type Terminal } from "./terminal.ts";

/** What changes between two bundles, one line each: policies by their meaning, lists by how many patterns came and went. */
export function describeDifference({ policies, lists, files, defaults }: BundleDifference, terminal: Terminal): readonly string[] {
  const added = styled(terminal, "green", "+");
  const removed = styled(terminal, "red", "-");
  const changed = styled(terminal, "yellow", "~");
  const lines = [
    ...policies.added.map((name) => `${added} policy ${printable(name)}`),
    ...policies.removed.map((name) => `${removed} policy ${printable(name)}`),
    ...policies.changed.map((name) => `${changed} policy ${printable(name)}`),
    ...lists.map((list) => `${changed} list ${printable(list.path)}: ${list.added} patterns more, ${list.removed} fewer`),
    ...(defaults === undefined
      ? []
      : [`${changed} defaults: ${describeDefaults(defaults.before)}, now ${describeDefaults(defaults.after)}`]),
  ];
  if (lines.length > 0) return lines;
  const touched = [...files.added, ...files.removed, ...files.changed];
  return touched.length === 0 ? [] : [`no rule; only how ${touched.map(printable).join(", ")} is written`];
}

function describeDefaults(defaults: BundleDefaults | undefined): string {
  return defaults === undefined ? "none" : printable(JSON.stringify(defaults));
}
