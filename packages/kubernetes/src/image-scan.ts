import type { ImageField, WorkloadImage } from "@portcullis/policy";
import type { JsonCursor } from "./json-cursor.ts";

/** Something at a place where a pod spec has another type: fatal in a kind whose pod spec stands there, data in a custom resource. */
export interface Oddity {
  /** Path below the object: `spec.containers[].image`. */
  readonly path: string;
  /** A lower-case clause: `is no list`. */
  readonly what: string;
}

/** The images of one object, found by structure and not by kind. */
export interface ScannedImages {
  /** The object's own, empty where it does not say. */
  readonly apiVersion: string;
  readonly kind: string;
  /** `metadata.name`, or `generateName` where it has none. */
  readonly name: string;
  /** In the order of the object. An entry of a pod spec without an image has an empty one. */
  readonly images: readonly WorkloadImage[];
  /** Paths of lists outside any pod spec whose items hold a string `image`; at most `maxUnknownImageLists`. */
  readonly unknownImageLists: readonly string[];
  readonly oddities: readonly Oddity[];
}

/** An object with more unknown lists than this is not a workload but noise: the first ones tell enough. */
export const maxUnknownImageLists = 16;
const maxOddities = 16;

/** What a list's items are to the scan. */
type ListRole = ImageField | "unknown";

/**
 * Reads one Kubernetes object and finds the images of every pod spec in it, wherever it stands: the lists
 * `containers`, `initContainers` and `ephemeralContainers`, and `volumes[].image.reference`. Never below the object's
 * own `status`, which echoes what runs. Names are compared exactly, as kube-apiserver does.
 */
export function scanImages(cursor: JsonCursor, unknownImageLists: "report" | "strict"): ScannedImages {
  const scan = new ImageScan(cursor, unknownImageLists === "strict");
  scan.readObject();
  return scan;
}

class ImageScan implements ScannedImages {
  readonly images: WorkloadImage[] = [];
  readonly unknownImageLists: string[] = [];
  readonly oddities: Oddity[] = [];
  apiVersion = "";
  kind = "";
  #name = "";
  #generateName = "";
  readonly #cursor: JsonCursor;
  readonly #isStrict: boolean;
  /** Depth of the object itself: paths start there. */
  readonly #rootDepth: number;

  constructor(cursor: JsonCursor, isStrict: boolean) {
    this.#cursor = cursor;
    this.#isStrict = isStrict;
    this.#rootDepth = cursor.depth + 1;
  }

  get name(): string {
    return this.#name === "" ? this.#generateName : this.#name;
  }

  readObject(): void {
    const cursor = this.#cursor;
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.key === "status") cursor.skipValue();
      else if (cursor.key === "apiVersion" && cursor.isString()) this.apiVersion = cursor.readString();
      else if (cursor.key === "kind" && cursor.isString()) this.kind = cursor.readString();
      else if (cursor.key === "metadata" && cursor.isObject()) this.#readMetadata();
      else this.#readMember();
    }
  }

  #readMetadata(): void {
    const cursor = this.#cursor;
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.key === "name" && cursor.isString()) this.#name = cursor.readString();
      else if (cursor.key === "generateName" && cursor.isString()) this.#generateName = cursor.readString();
      else this.#readMember();
    }
  }

  /** The value of a member that may be the list of a pod spec. */
  #readMember(): void {
    const cursor = this.#cursor;
    switch (cursor.key) {
      case "containers":
      case "initContainers":
      case "ephemeralContainers":
        if (cursor.isArray()) this.#readList(cursor.key);
        else if (cursor.isObject()) this.#readContainerMap();
        else this.#readOther("is no list");
        return;
      case "volumes":
        if (cursor.isArray()) this.#readList("imageVolumes");
        else this.#readOther("is no list");
        return;
      case "spec":
      case "template":
      case "jobTemplate":
        if (cursor.isObject()) this.#readPlainObject();
        else this.#readOther("is no object");
        return;
      default:
        this.#readValue();
    }
  }

  #readValue(): void {
    const cursor = this.#cursor;
    if (cursor.isObject()) this.#readPlainObject();
    else if (cursor.isArray()) this.#readList("unknown");
    else cursor.skipValue();
  }

  #readPlainObject(): void {
    const cursor = this.#cursor;
    cursor.openObject();
    while (cursor.nextMember()) this.#readMember();
  }

  #readList(role: ListRole): void {
    const cursor = this.#cursor;
    cursor.openArray();
    while (cursor.nextElement()) {
      if (!cursor.isObject()) {
        if (role === "unknown") this.#readValue();
        else this.#readOther("is no object");
      } else if (role === "unknown") this.#readUnknownItem();
      else this.#readPodSpecItem(role);
    }
  }

  #readUnknownItem(): void {
    const cursor = this.#cursor;
    let image: string | undefined;
    let name = "";
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.key === "image" && cursor.isString()) image = cursor.readString();
      else if (cursor.key === "name" && cursor.isString()) name = cursor.readString();
      else this.#readMember();
    }
    if (image !== undefined) this.#addUnknown(image, name);
  }

  /** Custom resources that key their containers by name: no pod spec, but not to be overlooked either. */
  #readContainerMap(): void {
    const cursor = this.#cursor;
    this.#addOddity("is no list");
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.isObject()) this.#readUnknownItem();
      else this.#readMember();
    }
  }

  #readPodSpecItem(field: ImageField): void {
    const cursor = this.#cursor;
    const isVolume = field === "imageVolumes";
    // A volume without an image is another kind of volume; a container without one is a container without an image.
    let image: string | undefined = isVolume ? undefined : "";
    let unknown: string | undefined;
    let name = "";
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.key === "name" && cursor.isString()) name = cursor.readString();
      else if (cursor.key !== "image") this.#readMember();
      else if (!isVolume) image = this.#readImage();
      else if (cursor.isObject()) image = this.#readVolumeImage();
      else unknown = this.#readForeignVolumeImage();
    }
    if (image !== undefined) this.images.push({ image, field, container: name });
    if (unknown !== undefined) this.#addUnknown(unknown, name);
  }

  #readImage(): string {
    const cursor = this.#cursor;
    if (cursor.isString()) return cursor.readString();
    this.#readOther("is no string");
    return "";
  }

  #readVolumeImage(): string {
    const cursor = this.#cursor;
    let reference = "";
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.key === "reference") reference = this.#readImage();
      else this.#readMember();
    }
    return reference;
  }

  /** `volumes: [{ image: "…" }]`: no image volume of Kubernetes, but an image all the same. */
  #readForeignVolumeImage(): string | undefined {
    const cursor = this.#cursor;
    if (cursor.isString()) {
      this.#addOddity("is no object");
      return cursor.readString();
    }
    this.#readOther("is no object");
    return undefined;
  }

  /** A value that a pod spec would not hold here. `null` is how Go writes what is absent. */
  #readOther(what: string): void {
    if (!this.#cursor.isNull()) this.#addOddity(what);
    this.#readValue();
  }

  #addOddity(what: string): void {
    if (this.oddities.length < maxOddities) this.oddities.push({ path: this.#cursor.path(this.#rootDepth), what });
  }

  #addUnknown(image: string, container: string): void {
    if (this.#isStrict) {
      this.images.push({ image, field: "any", container });
      return;
    }
    if (this.unknownImageLists.length >= maxUnknownImageLists) return;
    // The last step is the item: `[]` of a list, or its name in a map.
    const path = this.#cursor.path(this.#rootDepth).replace(/(\[\]|\.[^.]*)$/, "");
    if (!this.unknownImageLists.includes(path)) this.unknownImageLists.push(path);
  }
}
