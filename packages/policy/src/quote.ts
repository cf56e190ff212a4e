/** The longest reference that can be pulled has about 520 characters. */
const shownLength = 600;

/** One line without control characters, cut where it is longer than any name can be: for text that a requester chose. */
export function printable(text: string): string {
  const cut = text.length <= shownLength ? text : `${text.slice(0, shownLength)}…`;
  return JSON.stringify(cut).slice(1, -1).replaceAll(unseen, escapeUnit);
}

/** `printable` in quotation marks; those of the text are escaped. */
export function quote(text: string): string {
  return `"${printable(text)}"`;
}

// Bidirectional overrides, zero-width characters and line separators would let a name rewrite the sentence around it.
const unseen = /[\u007f-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff]/gu;

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
