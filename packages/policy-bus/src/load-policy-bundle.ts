import { type FileHandle, open } from "node:fs/promises";
import { TextDecoder } from "node:util";
import type { Bundle, BundleFile } from "@portcullis/policy";
import { listPolicyFiles, type PolicyFile } from "./list-policy-files.ts";
import { folderError, PolicyFolderError, systemCodeOf } from "./policy-folder-problem.ts";

/** How much a bundle may hold. */
export interface BundleLimits {
  /** Default 128 MiB: a list of 1,000,000 references with digests is about 100 MB. */
  readonly maxFileBytes: number;
  /** Default 256 MiB over all files. */
  readonly maxBundleBytes: number;
  /** Default 10,000. */
  readonly maxFiles: number;
}

export const defaultBundleLimits: BundleLimits = {
  maxFileBytes: 128 * 1024 * 1024,
  maxBundleBytes: 256 * 1024 * 1024,
  maxFiles: 10_000,
};

/** What folders and files hold, not compiled yet. */
export interface LoadedBundle {
  readonly bundle: Bundle;
  /** Where a file of the bundle stands, as reached from the paths that were given: `policies/a.yaml` for `a.yaml`. */
  readonly locationOf: LocationOf;
}

/** From the path of a file in a bundle to where it stands. Any other path is its own answer. */
export type LocationOf = (path: string) => string;

/** Reads folders and files into a bundle. Rejects with `PolicyFolderError`, which lists every file at fault. */
export async function loadPolicyBundle(paths: readonly string[], limits: BundleLimits = defaultBundleLimits): Promise<LoadedBundle> {
  const listed = await listPolicyFiles(paths);
  return { bundle: await readBundle(listed, limits, paths), locationOf: locationsOf(listed) };
}

/** Where listed files stand. */
export function locationsOf(listed: readonly PolicyFile[]): LocationOf {
  const locations = new Map(listed.map(({ path, location }) => [path, location]));
  return (path) => locations.get(path) ?? path;
}

/** Reads listed files. A folder without a policy is refused: an unmounted volume must not open the gate. */
export async function readBundle(listed: readonly PolicyFile[], limits: BundleLimits, paths: readonly string[]): Promise<Bundle> {
  assertWithinLimits(listed, limits, paths);
  const files: BundleFile[] = [];
  const errors: PolicyFolderError[] = [];
  for (const file of listed) {
    const read = await readPolicyFile(file);
    if (read instanceof PolicyFolderError) errors.push(read);
    else files.push(read);
  }
  const [first] = errors;
  if (first === undefined) return { files };
  const problems = errors.flatMap((error) => error.problems);
  throw new PolicyFolderError(first.code, problems, { cause: first.cause });
}

function assertWithinLimits(listed: readonly PolicyFile[], limits: BundleLimits, paths: readonly string[]): void {
  const { maxFileBytes, maxBundleBytes, maxFiles } = limits;
  const place = paths.join('", "');
  if (!listed.some(({ path }) => /\.(ya?ml|json)$/i.test(path))) {
    const message = `"${place}" holds no policy; write one into a file that ends in .yaml, .yml or .json`;
    throw folderError("policy-folder-empty", place, message);
  }
  const large = listed.find(({ sizeBytes }) => sizeBytes > maxFileBytes);
  if (large !== undefined) {
    const message = `"${large.location}" has ${large.sizeBytes} bytes, more than ${maxFileBytes}; split it`;
    throw folderError("policy-oversized-file", large.location, message);
  }
  const total = listed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total > maxBundleBytes || listed.length > maxFiles) {
    const held = `${listed.length} files with ${total} bytes`;
    throw folderError(
      "policy-oversized-folder",
      place,
      `"${place}" holds ${held}; at most ${maxFiles} files with ${maxBundleBytes} bytes are read`,
    );
  }
}

/** As much as is decoded at once: half a millisecond. Documents of policies are never longer. */
const pieceBytes = 1024 * 1024;

async function readPieces(handle: FileHandle): Promise<readonly string[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const buffer = Buffer.alloc(pieceBytes);
  const pieces: string[] = [];
  for (;;) {
    const filled = await fill(buffer, handle);
    const piece = decoder.decode(buffer.subarray(0, filled), { stream: filled > 0 });
    if (piece !== "") pieces.push(piece);
    if (filled === 0) return pieces;
  }
}

/** Reads until the buffer is full or the file ends; one read may return less, and would cut a small file into pieces. */
async function fill(buffer: Buffer, handle: FileHandle): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

async function readPolicyFile({ path, location }: PolicyFile): Promise<BundleFile | PolicyFolderError> {
  try {
    await using handle = await open(location);
    const [text = "", ...rest] = await readPieces(handle);
    return rest.length === 0 ? { path, text } : { path, text, rest };
  } catch (error) {
    if (systemCodeOf(error) === "ERR_ENCODING_INVALID_ENCODED_DATA") {
      return folderError("policy-not-utf8", location, `"${location}" is not UTF-8; save it as UTF-8`, error);
    }
    const reason = systemCodeOf(error);
    return folderError("policy-unreadable-file", location, `"${location}" cannot be read (${reason}); let this user read it`, error);
  }
}
