import { TextDecoder } from "node:util";
import type { BundleFile } from "@portcullis/policy";

/** As in a bundle that is read from a folder: documents of policies are never longer, so they always come in one piece. */
export const pieceBytes = 1024 * 1024;

const encoded = new WeakMap<BundleFile, Uint8Array>();

/** A file whose text, which must be UTF-8 of more than a piece, is decoded when it is first asked for, all of it at once. */
export function lazyFile(path: string, bytes: Uint8Array): BundleFile {
  let pieces: readonly string[] | undefined;
  const read = (): readonly string[] => {
    pieces ??= decodePieces(bytes);
    return pieces;
  };
  const file: BundleFile = {
    path,
    get text() {
      return read()[0] ?? "";
    },
    get rest() {
      return read().slice(1);
    },
  };
  encoded.set(file, bytes);
  return file;
}

/** The bytes of a lazy file; to ask for them decodes nothing. */
export function bytesOfFile(file: BundleFile): Uint8Array | undefined {
  return encoded.get(file);
}

function decodePieces(bytes: Uint8Array): readonly string[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    pieces.push(decoder.decode(bytes.subarray(start, start + pieceBytes), { stream: start + pieceBytes < bytes.length }));
  }
  return pieces;
}
