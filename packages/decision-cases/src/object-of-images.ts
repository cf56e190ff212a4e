/** Kinds a case can name beside a plain list of images. */
export const shorthandKinds = ["Pod", "Deployment", "CronJob"] as const;
export type ShorthandKind = (typeof shorthandKinds)[number];

/** The smallest object of a kind that holds these images in these fields. */
export function objectOfImages(kind: ShorthandKind, images: ReadonlyMap<string, readonly string[]>): object {
  const spec = podSpec(images);
  const metadata = { name: "case" };
  if (kind === "Pod") return { apiVersion: "v1", kind, metadata, spec };
  if (kind === "Deployment") return { apiVersion: "apps/v1", kind, metadata, spec: { template: { spec } } };
  return { apiVersion: "batch/v1", kind, metadata, spec: { jobTemplate: { spec: { template: { spec } } } } };
}

function podSpec(images: ReadonlyMap<string, readonly string[]>): object {
  const spec: Record<string, unknown> = {};
  for (const [field, names] of images) {
    if (field === "imageVolumes") spec["volumes"] = names.map((reference, index) => ({ name: `volume-${index}`, image: { reference } }));
    else spec[field] = names.map((image, index) => ({ name: `${field}-${index}`, image }));
  }
  return spec;
}
