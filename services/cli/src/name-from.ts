import { relative } from "node:path";

/** A file as it is named from a folder, or absolutely where that is shorter. */
export function nameFrom(folder: string, file: string): string {
  const short = relative(folder, file);
  return short.length < file.length ? short : file;
}
