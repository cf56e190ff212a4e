/**
 * The path of a list file, relative to the bundle: `name` is relative to the folder of `from`. `undefined` when it is
 * absolute or leads out of the bundle, where a policy has nothing to read.
 */
export function resolveListPath(from: string, name: string): string | undefined {
  if (name.startsWith("/") || name.includes("\\") || name.includes("\0")) return undefined;
  const path = from.split("/").slice(0, -1);
  for (const part of name.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") path.push(part);
    else if (path.pop() === undefined) return undefined;
  }
  return path.join("/");
}
