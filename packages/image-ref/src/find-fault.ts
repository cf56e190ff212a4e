import { digestAlgorithms, hexEnd, isDigest, isImageId, isUnknownAlgorithm } from "./digest.ts";
import { findForeignSyntax } from "./foreign-syntax.ts";
import type { Grammar } from "./grammar.ts";
import type { Fault } from "./grammar-fault.ts";
import type { Parts } from "./parts.ts";
import { quote } from "./quote.ts";

/** What is wrong with a text that was split into `parts`; undefined if nothing is. */
export function findFault(text: string, parts: Parts, grammar: Grammar): Fault | undefined {
  const part = findPartFault(text, parts, grammar);
  // How a part is broken says less than what the whole text was meant to be, so that is looked for first.
  return part === undefined ? undefined : (findForeignSyntax(text) ?? part);
}

function findPartFault(text: string, parts: Parts, grammar: Grammar): Fault | undefined {
  const { hostEnd, pathStart, pathEnd, tagStart, tagEnd, digestStart } = parts;
  if (hostEnd === -1 && isImageId(text)) return imageIdFault(text);
  const host = hostEnd === -1 ? -1 : grammar.hostFault(text, 0, hostEnd);
  if (host !== -1) return hostFault(text.slice(0, hostEnd), host);
  const path = pathStart === -1 ? -1 : grammar.pathFault(text, pathStart, pathEnd);
  if (path !== -1) return pathFault(text, pathStart, path);
  const tag = tagStart === -1 ? -1 : grammar.tagFault(text, tagStart, tagEnd);
  if (tag !== -1) return tagFault(text.slice(tagStart, tagEnd), tag);
  return digestStart === -1 || isDigest(text, digestStart) ? undefined : digestFault(text, digestStart);
}

function imageIdFault(text: string): Fault {
  const message = `${quote(text)} is the ID of a local image to a runtime; write the repository before it, as in "registry.example/app@sha256:…"`;
  return { fault: "id", at: 0, message };
}

function hostFault(host: string, at: number): Fault {
  const message = `${quote(host)} is no legal registry host; write labels of letters, digits and inner dashes joined by ".", then ":port" if needed`;
  return { fault: "host", at, message };
}

function pathFault(text: string, pathStart: number, at: number): Fault {
  const character = text.slice(at, at + 1);
  if (/[A-Z]/.test(character)) {
    return { fault: "uppercase", at, message: `repository paths are lower-case; write ${quote(text.slice(pathStart).toLowerCase())}` };
  }
  const place = character === "" ? "the path ends too early" : `${quote(character)} cannot stand here in a path`;
  const message = `${place}; write components of a-z and 0-9, joined inside by one ".", one or two "_", or dashes`;
  return { fault: "path", at, message };
}

function tagFault(tag: string, at: number): Fault {
  const message = `${quote(tag)} is no legal tag; write a letter, digit or "_", then at most 127 of these, "." and "-"`;
  return { fault: "tag", at, message };
}

function digestFault(text: string, start: number): Fault {
  const algorithms = digestAlgorithms.join(", ");
  if (isUnknownAlgorithm(text, start)) {
    return { fault: "digest-algorithm", at: start, message: `no runtime knows the algorithm of this digest; use one of ${algorithms}` };
  }
  const at = hexEnd(text, Math.max(start, text.indexOf(":", start) + 1));
  const message = `${quote(text.slice(start))} is no whole digest; write "sha256:" and 64 lower-case hex digits (known: ${algorithms})`;
  return { fault: "digest", at, message };
}

const maxPathLength = 255;

/** A canonical path beyond the limit of `distribution/reference`, which counts `library/` but not the host. */
export function pathTooLong(path: string, pathStart: number): Fault | undefined {
  if (path.length <= maxPathLength) return undefined;
  const message = `the repository path has ${path.length} characters; write at most ${maxPathLength}`;
  return { fault: "too-long", at: pathStart + maxPathLength, message };
}
