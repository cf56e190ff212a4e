import { readsAsHost } from "./hosts.ts";

/** Where the parts of a text stand, found before any of them is checked. Offsets; -1 for a part that was not written. */
export interface Parts {
  readonly hostEnd: number;
  readonly pathStart: number;
  readonly pathEnd: number;
  readonly tagStart: number;
  readonly tagEnd: number;
  readonly digestStart: number;
}

/** Splits a text as `distribution/reference` does. Total: whatever the text is, the parts are cut somewhere. */
export function splitReference(text: string): Parts {
  const slash = text.indexOf("/");
  const hostEnd = slash > 0 && readsAsHost(text.slice(0, slash)) ? slash : -1;
  const pathStart = hostEnd + 1;
  const at = text.indexOf("@", pathStart);
  const tagEnd = at === -1 ? text.length : at;
  const colon = text.indexOf(":", pathStart);
  const isTagged = colon !== -1 && colon < tagEnd;
  return {
    hostEnd,
    pathStart,
    pathEnd: isTagged ? colon : tagEnd,
    tagStart: isTagged ? colon + 1 : -1,
    tagEnd,
    digestStart: at === -1 ? -1 : at + 1,
  };
}
