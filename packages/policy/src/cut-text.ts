/**
 * At most `maxLength` characters and a mark where more were. The result shares no memory with `text`: a template of a slice would keep
 * all of a hostile name alive for as long as a cached verdict quotes its beginning.
 */
export function cutText(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : [text.slice(0, maxLength), "…"].join("");
}
