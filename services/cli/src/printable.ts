/** A text of somebody else for a terminal: what moves the cursor, reverses text or breaks the line stands as its code point. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
