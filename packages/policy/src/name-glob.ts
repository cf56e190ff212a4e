/** Tells whether a name matches; built once per snapshot. */
export type NameMatcher = (name: string) => boolean;

/** Compiles globs in which `*` is any run of characters, the empty one too. Case-sensitive; linear in the name. */
export function compileGlobs(globs: readonly string[]): NameMatcher {
  const exact = new Set(globs.filter((glob) => !glob.includes("*")));
  const wild = globs.filter((glob) => glob.includes("*")).map(compileWildcards);
  if (globs.some(isEverything)) return () => true;
  if (wild.length === 0) return (name) => exact.has(name);
  return (name) => exact.has(name) || wild.some((matches) => matches(name));
}

/** What is wrong with a glob, as a lower-case clause; `undefined` when nothing is. */
export function globProblem(glob: string): string | undefined {
  if (glob === "") return 'is empty; write "*" for every name';
  if (glob.startsWith("!")) return `"${glob}" starts with "!"; name what is left out under "exclude"`;
  if (/[?[\]{}\\\s]/u.test(glob)) return `${JSON.stringify(glob)} holds a character that no name has; the only wildcard is "*"`;
  return undefined;
}

function isEverything(glob: string): boolean {
  return /^\*+$/u.test(glob);
}

function compileWildcards(glob: string): NameMatcher {
  const head = glob.slice(0, glob.indexOf("*"));
  const tail = glob.slice(glob.lastIndexOf("*") + 1);
  const middle = glob
    .slice(head.length, glob.length - tail.length)
    .split("*")
    .filter((part) => part !== "");
  const shortest = head.length + tail.length;
  return (name) =>
    name.length >= shortest &&
    name.startsWith(head) &&
    name.endsWith(tail) &&
    holdsInOrder(name.slice(head.length, name.length - tail.length), middle);
}

/** Taking each part at its first place is enough: it leaves the most room for the rest. */
function holdsInOrder(text: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return true;
}
