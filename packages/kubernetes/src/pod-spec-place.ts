import { maxOddities, type Oddity } from "./image-scan.ts";

/** Where the API servers' own kinds keep their pod spec; the empty path is the object itself. */
const podSpecPaths = new Map<string, string>([
  ["/Pod", "spec"],
  ["/EphemeralContainers", ""],
  ["/ReplicationController", "spec.template.spec"],
  ["/PodTemplate", "template.spec"],
  ["apps/DaemonSet", "spec.template.spec"],
  ["apps/Deployment", "spec.template.spec"],
  ["apps/ReplicaSet", "spec.template.spec"],
  ["apps/StatefulSet", "spec.template.spec"],
  ["extensions/DaemonSet", "spec.template.spec"],
  ["extensions/Deployment", "spec.template.spec"],
  ["extensions/ReplicaSet", "spec.template.spec"],
  ["batch/Job", "spec.template.spec"],
  ["batch/CronJob", "spec.jobTemplate.spec.template.spec"],
]);

/** The lists of a pod spec, and what stands in them. */
const podSpecPart = /^(containers|initContainers|ephemeralContainers|volumes)(\[\](\.image(\.reference)?)?)?$/;

/**
 * The first oddity that stands in the pod spec of a built-in kind, or on the way to it: such an object cannot be read
 * as what it says it is, so nothing can be said about its images. `undefined` for custom resources: there it is data.
 */
export function findFatalOddity(group: string, kind: string, oddities: readonly Oddity[]): Oddity | undefined {
  const place = podSpecPaths.get(`${group}/${kind}`);
  if (place === undefined) return undefined;
  if (oddities.length >= maxOddities) return oddities.at(-1);
  return oddities.find(({ path }) => path === place || place.startsWith(`${path}.`) || isPodSpecPart(place, path));
}

function isPodSpecPart(place: string, path: string): boolean {
  if (place === "") return podSpecPart.test(path);
  return path.startsWith(`${place}.`) && podSpecPart.test(path.slice(place.length + 1));
}
