import type { ImageField, Operation, Workload, WorkloadImage } from "@portcullis/policy";
import { enumTable } from "./enum-table.ts";
import {
  type Annotation as AnnotationMessage,
  ImageField as ImageFieldEnum,
  Operation as OperationEnum,
  Via as ViaEnum,
  type WorkloadImage as WorkloadImageMessage,
  Workload as WorkloadMessage,
} from "./gen/portcullis/decision/v1/decision.pb.ts";
import { InvalidMessageError } from "./invalid-message-error.ts";
import { bounded } from "./message-limits.ts";

const vias = enumTable<Workload["via"], ViaEnum>({
  "image-review": ViaEnum.VIA_IMAGE_REVIEW,
  admission: ViaEnum.VIA_ADMISSION,
});

const operations = enumTable<Operation, OperationEnum>({
  CREATE: OperationEnum.OPERATION_CREATE,
  UPDATE: OperationEnum.OPERATION_UPDATE,
  DELETE: OperationEnum.OPERATION_DELETE,
  CONNECT: OperationEnum.OPERATION_CONNECT,
});

const imageFields = enumTable<ImageField | "any", ImageFieldEnum>({
  any: ImageFieldEnum.IMAGE_FIELD_ANY,
  containers: ImageFieldEnum.IMAGE_FIELD_CONTAINERS,
  initContainers: ImageFieldEnum.IMAGE_FIELD_INIT_CONTAINERS,
  ephemeralContainers: ImageFieldEnum.IMAGE_FIELD_EPHEMERAL_CONTAINERS,
  imageVolumes: ImageFieldEnum.IMAGE_FIELD_IMAGE_VOLUMES,
});

/** A workload as it travels. Lone surrogates become U+FFFD on the way, as in any UTF-8. */
export function toWorkloadMessage(workload: Workload): WorkloadMessage {
  return {
    via: vias.toProto(workload.via),
    cluster: workload.cluster,
    namespace: workload.namespace,
    group: workload.group,
    kind: workload.kind,
    name: workload.name,
    operation: operations.toProto(workload.operation),
    images: workload.images.map(({ image, field, container }) => ({ image, field: imageFields.toProto(field), container })),
    imagesUnchanged: workload.imagesUnchanged,
    annotations: Object.entries(workload.annotations).map(([key, value]) => ({ key, value })),
    unknownImageLists: workload.unknownImageLists,
  };
}

/**
 * Bytes on the wire, or more where that is far below any limit: counting exactly means to encode.
 * Text takes up to three bytes per UTF-16 unit.
 */
export function sizeOfWorkloadMessage(message: WorkloadMessage): number {
  let characters =
    1_024 + message.namespace.length + message.name.length + message.kind.length + message.group.length + message.cluster.length;
  for (const { image, container } of message.images) characters += 16 + image.length + container.length;
  for (const { key, value } of message.annotations) characters += 16 + key.length + value.length;
  for (const path of message.unknownImageLists) characters += 8 + path.length;
  return characters < 1_000_000 ? characters * 3 : WorkloadMessage.encode(message).finish().length;
}

/** Throws `InvalidMessageError` for a missing workload, an unknown enum value, a repeated annotation or an absurd length. */
export function fromWorkloadMessage(message: WorkloadMessage | undefined): Workload {
  if (message === undefined) throw new InvalidMessageError("workload", "is missing");
  return {
    via: vias.fromProto(message.via, "workload.via"),
    cluster: message.cluster,
    namespace: message.namespace,
    group: message.group,
    kind: message.kind,
    name: message.name,
    operation: operations.fromProto(message.operation, "workload.operation"),
    images: bounded(message.images, "workload.images").map(fromImageMessage),
    imagesUnchanged: message.imagesUnchanged,
    annotations: fromAnnotationMessages(bounded(message.annotations, "workload.annotations")),
    unknownImageLists: bounded(message.unknownImageLists, "workload.unknown_image_lists"),
  };
}

function fromImageMessage({ image, field, container }: WorkloadImageMessage, index: number): WorkloadImage {
  return { image, field: imageFields.fromProto(field, `workload.images[${index}].field`), container };
}

function fromAnnotationMessages(messages: readonly AnnotationMessage[]): Readonly<Record<string, string>> {
  // `Object.fromEntries` defines own properties, so that a key `__proto__` stays data.
  const annotations = Object.fromEntries(messages.map(({ key, value }) => [key, value]));
  // Two values for one key: which of them counts would depend on the reader.
  if (Object.keys(annotations).length !== messages.length) throw new InvalidMessageError("workload.annotations", "a key stands twice");
  return annotations;
}
