import { compareText } from "./problem-sink.ts";
import type { Workload } from "./workload.ts";

/**
 * Length-prefixed encoding of every input a policy can read: all of a workload but `name` and `unknownImageLists`.
 * Two workloads with equal encodings get equal decisions, and other inputs have other encodings; the caches key by it.
 * Lengths count UTF-16 units: hash it as UTF-16, or lone surrogates of hostile names would collide.
 */
export function encodeWorkload(workload: Workload): string {
  const { via, cluster, namespace, group, kind, operation, imagesUnchanged, images, annotations } = workload;
  let encoding = `${via}|${operation}|${imagesUnchanged ? 1 : 0}|${field(cluster)}${field(namespace)}${field(group)}${field(kind)}${images.length}|`;
  for (const image of images) encoding += `${image.field}|${field(image.image)}${field(image.container)}`;
  return encoding + encodeAnnotations(annotations);
}

/** Sorted, since the order of keys says nothing. */
function encodeAnnotations(annotations: Readonly<Record<string, string>>): string {
  let encoding = "";
  for (const [key, value] of Object.entries(annotations).sort(([a], [b]) => compareText(a, b))) encoding += field(key) + field(value);
  return encoding;
}

function field(text: string): string {
  return `${text.length}:${text}`;
}
