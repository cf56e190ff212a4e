/** Whether `text` is `pattern` with each `*` replaced by any run of characters, the empty one too. */
export function matchesGlob(pattern: string, text: string): boolean {
  const literals = pattern.split("*");
  const first = literals.shift() ?? "";
  const last = literals.pop();
  if (last === undefined) return pattern === text;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  // The earliest place for each literal leaves the most room for the rest, so nothing has to be tried twice.
  let at = first.length;
  for (const literal of literals) {
    const found = text.indexOf(literal, at);
    if (found === -1) return false;
    at = found + literal.length;
  }
  return at + last.length <= text.length;
}

/** The same for texts of parts joined by `separator`, which `*` never crosses. */
export function matchesParts(pattern: string, text: string, separator: string): boolean {
  if (!pattern.includes("*")) return pattern === text;
  const texts = text.split(separator);
  const globs = pattern.split(separator);
  return globs.length === texts.length && globs.every((glob, index) => matchesGlob(glob, texts[index] ?? ""));
}
