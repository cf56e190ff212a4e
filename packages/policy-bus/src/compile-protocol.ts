import type { BundleFile, PolicyParts, PolicyProblem, SegmentParts, SnapshotParts } from "@portcullis/policy";
import { bytesOfFile, pieceBytes } from "./lazy-file.ts";

/** A piece of a file of a bundle. */
export interface FilePiece {
  readonly path: string;
  /** Bytes are UTF-8, cut anywhere. */
  readonly content: string | Uint8Array;
  /** It follows the piece before, which is of the same file. */
  readonly isRest: boolean;
  /** Of its file. */
  readonly isLast: boolean;
}

/** What the thread that compiles is told. It answers `compile` and `next`, each with one `CompileAnswer`. */
export type CompileRequest =
  | { readonly kind: "pieces"; readonly pieces: readonly FilePiece[] }
  | { readonly kind: "compile"; readonly cluster: string | undefined }
  | { readonly kind: "next" };

/** Segments and policies come in portions that take a millisecond or so to receive, in their order; then `done`. */
export type CompileAnswer =
  | { readonly kind: "segments"; readonly segments: readonly SegmentParts[] }
  | { readonly kind: "policies"; readonly policies: readonly PolicyParts[] }
  | { readonly kind: "done"; readonly settings: SnapshotParts["settings"] }
  | { readonly kind: "invalid"; readonly problems: readonly PolicyProblem[] };

/** What each file costs beside its text. */
const pieceCost = 1_024;

/** Cuts files into portions that are sent one by one: each takes less than a millisecond. */
export function* portionsOf(files: readonly BundleFile[]): Generator<readonly FilePiece[]> {
  let portion: FilePiece[] = [];
  let length = 0;
  for (const piece of piecesOf(files)) {
    if (portion.length > 0 && length + piece.content.length > pieceBytes) {
      yield portion;
      portion = [];
      length = 0;
    }
    portion.push(piece);
    length += piece.content.length + pieceCost;
  }
  if (portion.length > 0) yield portion;
}

/** The memory of a portion that need not be copied once more. */
export function buffersOfPortion(pieces: readonly FilePiece[]): readonly ArrayBuffer[] {
  return pieces.flatMap(({ content }) =>
    typeof content === "string" || content.buffer instanceof SharedArrayBuffer ? [] : [content.buffer],
  );
}

function* piecesOf(files: readonly BundleFile[]): Generator<FilePiece> {
  for (const file of files) {
    const bytes = bytesOfFile(file);
    if (bytes !== undefined) yield* piecesOfBytes(file.path, bytes);
    else yield* piecesOfText(file);
  }
}

function* piecesOfBytes(path: string, bytes: Uint8Array): Generator<FilePiece> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    const slice = bytes.subarray(start, start + pieceBytes);
    // Else a copy, which is handed over: the bytes themselves are still needed here.
    const content = bytes.buffer instanceof SharedArrayBuffer ? slice : new Uint8Array(slice);
    yield { path, content, isRest: start > 0, isLast: start + pieceBytes >= bytes.length };
  }
}

function* piecesOfText({ path, text, rest }: BundleFile): Generator<FilePiece> {
  let isRest = false;
  // A file with an empty rest is one that came in pieces, which matters where it holds documents.
  for (const whole of [text, ...(rest?.length === 0 ? [""] : (rest ?? []))]) {
    for (let start = 0; start === 0 || start < whole.length; start += pieceBytes) {
      yield { path, content: whole.slice(start, start + pieceBytes), isRest, isLast: false };
      isRest = true;
    }
  }
}
