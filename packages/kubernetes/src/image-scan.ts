import type { ImageField, WorkloadImage } from "@portcullis/policy";
import type { JsonCursor } from "./json-cursor.ts";

/** Something at a place where a pod spec has another type: fatal in a kind whose pod spec stands there, data in a custom resource. */
export interface Oddity {
  /** Path below the object: `spec.containers[].image`. */
  readonly path: string;
  /** A clause to follow the path: `is no list`. */
  readonly what: string;
}

/** The images of one object, found by structure and not by kind. */
export interface ScannedImages {
  /** The object's own, empty where it does not say. */
  readonly apiVersion: string;
  readonly kind: string;
  /** `metadata.name`, or `generateName` where it has none. */
  readonly name: string;
  readonly namespace: string;
  /** In the order of the object. An entry of a pod spec without an image has an empty one. */
  readonly images: readonly WorkloadImage[];
  /** Paths of lists outside any pod spec whose items hold a string `image`; at most `maxUnknownImageLists`. */
  readonly unknownImageLists: readonly string[];
  readonly oddities: readonly Oddity[];
}

/** An object with more unknown lists than this is not a workload but noise: the first ones tell enough. */
export const maxUnknownImageLists = 16;
/** A built-in kind has none of them; one that fills this cannot be read, whatever else it holds. */
export const maxOddities = 64;

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
  namespace = "";
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
      else if (cursor.key === "metadata" && cursor.next() === "object") this.#readMetadata();
      else if (cursor.next() === "string") this.#readIdentity();
      else this.#readMember();
    }
  }

  #readIdentity(): void {
    const cursor = this.#cursor;
    if (cursor.key === "apiVersion") this.apiVersion = cursor.readString();
    else if (cursor.key === "kind") this.kind = cursor.readString();
    else this.#readMember();
  }

  #readMetadata(): void {
    const cursor = this.#cursor;
    cursor.openObject();
    while (cursor.nextMember()) {
      // A third of a review, typed by the API server, and about field names alone.
      if (cursor.key === "managedFields") cursor.skipValue();
      else if (cursor.key === "name") this.#name = this.#readName();
      else if (cursor.key === "generateName") this.#generateName = this.#readName();
      else if (cursor.key === "namespace") this.namespace = this.#readName();
      else this.#readMember();
    }
  }

  /** The value of a member that may be a list of a pod spec, or lead to one. */
  #readMember(): void {
    const { key } = this.#cursor;
    switch (key) {
      case "":
        this.#readValue();
        return;
      case "containers":
      case "initContainers":
      case "ephemeralContainers":
        this.#readContainers(key);
        return;
      case "volumes":
        this.#readVolumes();
        return;
      case "spec":
      case "template":
      case "jobTemplate":
        if (this.#cursor.next() === "object") this.#readPlainObject();
        else this.#readOther("is no object");
        return;
      default:
        this.#readValue();
    }
  }

  #readValue(): void {
    switch (this.#cursor.next()) {
      case "object":
        this.#readPlainObject();
        return;
      case "array":
        this.#readUnknownList();
        return;
      default:
        this.#cursor.skipValue();
    }
  }

  #readPlainObject(): void {
    const cursor = this.#cursor;
    cursor.openObject();
    while (cursor.nextMember()) this.#readMember();
  }

  #readContainers(field: ImageField): void {
    const cursor = this.#cursor;
    const next = cursor.next();
    if (next === "object") this.#readContainerMap();
    else if (next !== "array") this.#readOther("is no list");
    else {
      cursor.openArray();
      while (cursor.nextElement()) {
        if (cursor.next() === "object") this.#readContainer(field);
        else this.#readOther("is no object");
      }
    }
  }

  /** Custom resources that key their containers by name: no pod spec, but not to be overlooked either. */
  #readContainerMap(): void {
    const cursor = this.#cursor;
    this.#addOddity("is no list");
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.next() === "object") this.#readUnknownItem();
      else this.#readMember();
    }
  }

  #readContainer(field: ImageField): void {
    const cursor = this.#cursor;
    let image = "";
    let container = "";
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.key === "image") image = this.#readImage();
      else if (cursor.key === "name") container = this.#readName();
      else this.#readMember();
    }
    this.images.push({ image, field, container });
  }

  #readVolumes(): void {
    const cursor = this.#cursor;
    if (cursor.next() !== "array") {
      this.#readOther("is no list");
      return;
    }
    cursor.openArray();
    while (cursor.nextElement()) {
      if (cursor.next() === "object") this.#readVolume();
      else this.#readOther("is no object");
    }
  }

  #readVolume(): void {
    const cursor = this.#cursor;
    let reference: string | undefined;
    let foreign: string | undefined;
    let name = "";
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.key === "name") name = this.#readName();
      else if (cursor.key !== "image") this.#readMember();
      else if (cursor.next() === "object") reference = this.#readVolumeImage();
      else foreign = this.#readForeignImage();
    }
    if (reference !== undefined) this.images.push({ image: reference, field: "imageVolumes", container: name });
    if (foreign !== undefined) this.#addUnknown(foreign, name);
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
  #readForeignImage(): string | undefined {
    const cursor = this.#cursor;
    if (cursor.next() !== "string") {
      this.#readOther("is no object");
      return undefined;
    }
    this.#addOddity("is no object");
    return cursor.readString();
  }

  #readUnknownList(): void {
    const cursor = this.#cursor;
    cursor.openArray();
    while (cursor.nextElement()) {
      if (cursor.next() === "object") this.#readUnknownItem();
      else this.#readValue();
    }
  }

  #readUnknownItem(): void {
    const cursor = this.#cursor;
    let image: string | undefined;
    let name = "";
    cursor.openObject();
    while (cursor.nextMember()) {
      if (cursor.key === "image" && cursor.next() === "string") image = cursor.readString();
      else if (cursor.key === "name") name = this.#readName();
      else this.#readMember();
    }
    if (image !== undefined) this.#addUnknown(image, name);
  }

  #readImage(): string {
    if (this.#cursor.next() === "string") return this.#cursor.readString();
    this.#readOther("is no string");
    return "";
  }

  #readName(): string {
    if (this.#cursor.next() === "string") return this.#cursor.readString();
    this.#readValue();
    return "";
  }

  /** A value that a pod spec would not hold here. `null` is how Go writes what is absent. */
  #readOther(what: string): void {
    if (this.#cursor.next() !== "null") this.#addOddity(what);
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
    // The item is closed by now, so that the innermost open container is the list: its path is that of the level above.
    const path = this.#cursor.path(this.#rootDepth, this.#cursor.depth - 1);
    if (!this.unknownImageLists.includes(path)) this.unknownImageLists.push(path);
  }
}
