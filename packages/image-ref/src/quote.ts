const maxQuotedLength = 100;

/** A text as it may stand in a message: quoted, escaped, on one line, and short however long the text is. */
export function quote(text: string): string {
  return JSON.stringify(text.length > maxQuotedLength ? `${text.slice(0, maxQuotedLength)}…` : text);
}
