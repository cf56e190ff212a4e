import type { BigIntStats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { folderError, systemCodeOf } from "./policy-folder-problem.ts";

/** A file that belongs to a bundle, as it stood when it was listed. */
export interface PolicyFile {
  /** Relative to the folder it was found in, with `/`. */
  readonly path: string;
  /** Where to read it. */
  readonly location: string;
  readonly sizeBytes: number;
  /** Differs when the file was written, replaced, or reached by another link: size, times in nanoseconds, device and inode. */
  readonly stamp: string;
}

/** Endings of files that are read from a folder: documents, and lists with one pattern per line. */
export const policyFileEndings = [".yaml", ".yml", ".json", ".txt", ".list"] as const;

// A link to a folder above itself would otherwise be walked for ever.
const maxDepth = 8;

/**
 * Lists what `paths` (folders, walked to a depth of 8, and files) hold, sorted by path. Hidden entries are left out, and with
 * them the `..data` and `..2026_…` folders behind a mounted ConfigMap, whose files are seen through their links. Rejects with
 * `PolicyFolderError`.
 */
export async function listPolicyFiles(paths: readonly string[]): Promise<readonly PolicyFile[]> {
  const found: PolicyFile[] = [];
  for (const path of paths) {
    const stats = await inspect(path);
    if (stats.isDirectory()) await walk(path, "", found);
    else found.push(toPolicyFile(basename(path), path, stats));
  }
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  assertDistinct(found);
  return found;
}

async function walk(root: string, below: string, found: PolicyFile[]): Promise<void> {
  const names = await readdir(join(root, below)).catch((error: unknown) => {
    throw toFolderError(join(root, below), error);
  });
  for (const name of names) {
    if (name.startsWith(".")) continue;
    const path = below === "" ? name : `${below}/${name}`;
    const stats = await inspect(join(root, path));
    if (stats.isDirectory()) {
      if (path.split("/").length <= maxDepth) await walk(root, path, found);
    } else if (policyFileEndings.some((ending) => ending === extname(name).toLowerCase())) {
      found.push(toPolicyFile(path, join(root, path), stats));
    }
  }
}

async function inspect(location: string): Promise<BigIntStats> {
  try {
    return await stat(location, { bigint: true });
  } catch (error) {
    throw toFolderError(location, error);
  }
}

function toPolicyFile(path: string, location: string, stats: BigIntStats): PolicyFile {
  // Opening a pipe or a device would wait for ever.
  if (!stats.isFile()) throw folderError("policy-unreadable-file", location, `"${location}" is no regular file; put the policy in one`);
  const { size, mtimeNs, ctimeNs, dev, ino } = stats;
  return { path, location, sizeBytes: Number(size), stamp: [size, mtimeNs, ctimeNs, dev, ino].join(" ") };
}

function toFolderError(location: string, error: unknown): Error {
  if (systemCodeOf(error) === "ENOENT") {
    return folderError("policy-folder-missing", location, `"${location}" does not exist; create it, or name another`, error);
  }
  return folderError(
    "policy-folder-unreadable",
    location,
    `"${location}" cannot be read (${systemCodeOf(error)}); let this user read it`,
    error,
  );
}

function assertDistinct(files: readonly PolicyFile[]): void {
  files.forEach((file, index) => {
    const next = files[index + 1];
    if (next?.path !== file.path) return;
    const message = `"${file.location}" and "${next.location}" would both be "${file.path}"; rename one`;
    throw folderError("policy-file-twice", file.location, message);
  });
}
