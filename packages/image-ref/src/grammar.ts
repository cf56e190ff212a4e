const lower = 1;
const upper = 2;
const digit = 4;
const address = 8;
const wordMark = 16;
const dash = 32;
const dot = 64;

const slashCode = "/".charCodeAt(0);
const colonCode = ":".charCodeAt(0);
const openCode = "[".charCodeAt(0);
const closeCode = "]".charCodeAt(0);

/**
 * The characters of `distribution/reference`. Each function reads `text` from `start` to `end` and answers -1 when that part is
 * legal, or the offset of the first character that is not. The character at `end` must not be one that could continue the part.
 */
export interface Grammar {
  /** Labels joined by `.`, or an IPv6 address in brackets; then, after `:`, a decimal port of any length. */
  readonly hostFault: (text: string, start: number, end: number) => number;
  /** Components of lower-case letters and digits, joined inside by `.`, `_`, `__` or dashes, and to each other by `/`. */
  readonly pathFault: (text: string, start: number, end: number) => number;
  /** A letter, digit or `_`, then up to 127 of these, `.` and `-`. */
  readonly tagFault: (text: string, start: number, end: number) => number;
}

/** What references are made of. */
export const literalGrammar: Grammar = createGrammar("");
/** The same with `*` for a letter or digit, so it accepts what is legal for some replacement of each `*`. */
export const patternGrammar: Grammar = createGrammar("*");

function classify(wildcard: string): Uint8Array {
  const flags: readonly (readonly [string, number])[] = [
    [`abcdefghijklmnopqrstuvwxyz0123456789${wildcard}`, lower],
    ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", upper],
    ["0123456789", digit],
    ["0123456789abcdefABCDEF:", address],
    ["_", wordMark],
    ["-", dash],
    [".", dot],
  ];
  const flagsOf = (character: string): number =>
    flags.reduce((sum, [characters, flag]) => sum + (characters.includes(character) ? flag : 0), 0);
  return Uint8Array.from({ length: 128 }, (_, code) => flagsOf(String.fromCharCode(code)));
}

function createGrammar(wildcard: string): Grammar {
  const classes = classify(wildcard);

  /** Offset of the first character from `at` on that has none of the flags; the end of the text at the latest. */
  const skip = (text: string, from: number, flags: number): number => {
    let at = from;
    // Asking for the code behind the end would make an index of NaN, which engines look up slowly.
    while (at < text.length && ((classes[text.charCodeAt(at)] ?? 0) & flags) !== 0) at++;
    return at;
  };

  const separatorEnd = (text: string, start: number): number => {
    if (text.charCodeAt(start) === slashCode) return start + 1;
    const behindMark = Math.min(skip(text, start, wordMark), start + 2);
    if (behindMark !== start) return behindMark;
    return Math.max(skip(text, start, dash), Math.min(skip(text, start, dot), start + 1));
  };

  const pathFault = (text: string, start: number, end: number): number => {
    for (let at = start; ; ) {
      const behind = skip(text, at, lower);
      if (behind === at) return at;
      if (behind === end) return -1;
      at = separatorEnd(text, behind);
      if (at === behind) return at;
    }
  };

  /** Offset of the first character from `start` on that is neither in a legal label nor a dot between two. */
  const labelsEnd = (text: string, start: number): number => {
    for (let at = start; ; at++) {
      const behind = skip(text, at, lower | upper | dash);
      if (behind === at || skip(text, at, dash) !== at) return at;
      if (skip(text, behind - 1, dash) !== behind - 1) return behind - 1;
      if (skip(text, behind, dot) === behind) return behind;
      at = behind;
    }
  };

  const portFault = (text: string, start: number, end: number): number => {
    const behind = skip(text, start, digit);
    return behind === end && behind > start ? -1 : behind;
  };

  const addressFault = (text: string, start: number, end: number): number => {
    const close = skip(text, start + 1, address);
    if (close === start + 1 || text.charCodeAt(close) !== closeCode) return close;
    if (close + 1 === end) return -1;
    return text.charCodeAt(close + 1) === colonCode ? portFault(text, close + 2, end) : close + 1;
  };

  const hostFault = (text: string, start: number, end: number): number => {
    if (text.charCodeAt(start) === openCode) return addressFault(text, start, end);
    const at = labelsEnd(text, start);
    if (skip(text, at - 1, lower | upper) === at - 1) return at;
    if (at === end) return -1;
    return text.charCodeAt(at) === colonCode ? portFault(text, at + 1, end) : at;
  };

  const tagFault = (text: string, start: number, end: number): number => {
    if (skip(text, start, lower | upper | wordMark) === start) return start;
    const behind = skip(text, start, lower | upper | wordMark | dash | dot);
    if (behind !== end) return behind;
    return end - start > 128 ? start + 128 : -1;
  };

  return { hostFault, pathFault, tagFault };
}
