import { findFault, pathTooLong } from "./find-fault.ts";
import { findForeignSyntax } from "./foreign-syntax.ts";
import { patternGrammar } from "./grammar.ts";
import type { Fault } from "./grammar-fault.ts";
import { canonicalHost, canonicalPath } from "./hosts.ts";
import { type Parts, splitReference } from "./parts.ts";
import { findPatternMistake, type Mistake } from "./pattern-mistakes.ts";
import { quote } from "./quote.ts";
import type { PatternProblem, ReferencePattern } from "./reference-pattern.ts";

/** Reads a pattern as policies and lists write it. Never throws; what could be misread is a problem, with a rewrite. */
export function parseReferencePattern(text: string): ReferencePattern | PatternProblem {
  const read = readPattern(text);
  return "mistake" in read ? toProblem(read) : read;
}

function toProblem({ mistake, message, at, suggestion }: Mistake): PatternProblem {
  const problem = `pattern-${mistake}` as const;
  if (suggestion === undefined || "mistake" in readPattern(suggestion)) return { problem, message, at };
  // A suggestion says better what to write than the general advice of a message.
  return { problem, message: `${message.replace(/; write .*/, "")}; write ${quote(suggestion)}`, at, suggestion };
}

function readPattern(text: string): ReferencePattern | Mistake {
  const written = splitReference(text);
  const mistake = isPlain(text, written) ? undefined : findPatternMistake(text, written);
  if (mistake !== undefined) return fromFault(text, findForeignSyntax(text)) ?? mistake;
  const cut = cutDoubleStars(text, written);
  const pattern = toPattern(text, cut);
  const fault = findFault(text, cut.parts, patternGrammar) ?? hostTooLong(cut.parts) ?? pathTooLong(pattern.path, cut.parts.pathStart);
  return fromFault(text, fault) ?? pattern;
}

/** What a text says, if the grammar accepts it. */
function toPattern(text: string, { parts, isAnyHost, isOpenEnded }: Cut): ReferencePattern {
  const { hostEnd, pathStart, pathEnd, tagStart, tagEnd, digestStart } = parts;
  const host = hostEnd === -1 ? null : text.slice(0, hostEnd);
  const path = pathStart === -1 ? "" : text.slice(pathStart, pathEnd);
  return {
    host: isAnyHost ? null : canonicalHost(host),
    path: isAnyHost || isOpenEnded ? path : canonicalPath(host, path),
    isOpenEnded,
    tag: tagStart === -1 ? null : text.slice(tagStart, tagEnd),
    digest: digestStart === -1 ? null : text.slice(digestStart),
  };
}

/** A name in DNS has 253 characters, a port six with its `:`. The grammar has no limit; a longer host can never be reached. */
const maxHostLength = 259;

function hostTooLong({ hostEnd }: Parts): Fault | undefined {
  if (hostEnd <= maxHostLength) return undefined;
  return {
    fault: "too-long",
    at: maxHostLength,
    message: `the host has ${hostEnd} characters; write at most ${maxHostLength}, with its port`,
  };
}

/** The bulk of long lists, which cannot hold any of the mistakes that are particular to patterns. */
function isPlain(text: string, { hostEnd, tagStart, digestStart }: Parts): boolean {
  return hostEnd !== -1 && (tagStart === -1 || digestStart === -1) && !text.includes("*");
}

interface Cut {
  readonly parts: Parts;
  readonly isAnyHost: boolean;
  readonly isOpenEnded: boolean;
}

/** Takes `**` away where it may stand: what is left is read as a reference is. */
function cutDoubleStars(text: string, parts: Parts): Cut {
  const { hostEnd, pathStart, pathEnd } = parts;
  if (!text.includes("**")) return { parts, isAnyHost: false, isOpenEnded: false };
  const isWhole = pathEnd - pathStart === 2 && text.startsWith("**", pathStart);
  const isAnyHost = hostEnd === -1 && (isWhole || text.startsWith("**/"));
  const isOpenEnded = isWhole || (!isAnyHost && text.slice(pathStart, pathEnd).endsWith("/**"));
  const rest = isWhole ? -1 : isAnyHost ? 3 : pathStart;
  const { tagStart, tagEnd, digestStart } = parts;
  const cut = { hostEnd, pathStart: rest, pathEnd: isOpenEnded ? pathEnd - 3 : pathEnd, tagStart, tagEnd, digestStart };
  return { parts: cut, isAnyHost, isOpenEnded };
}

function fromFault(text: string, fault: Fault | undefined): Mistake | undefined {
  return fault === undefined ? undefined : { mistake: fault.fault, at: fault.at, message: fault.message, suggestion: rewrite(text, fault) };
}

function rewrite(text: string, { fault, at }: Fault): string | undefined {
  switch (fault) {
    case "url":
      return text.slice(at + 3);
    case "userinfo":
      return text.slice(at + 1);
    case "id":
      return `**@${text.includes(":") ? text : `sha256:${text}`}`;
    case "uppercase":
      return text.toLowerCase();
    case "empty-component":
      return text
        .replace(/\/{2,}/g, "/")
        .replace(/^\//, "")
        .replace(/\/$/, "/**");
    default:
      return undefined;
  }
}
