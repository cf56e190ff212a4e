import type { PolicyParts, PolicyProblem, SegmentParts, SnapshotParts } from "@portcullis/policy";

/** A piece of a file of a bundle. */
export interface FilePiece {
  readonly path: string;
  readonly text: string;
  /** It follows the piece before, which is of the same file. */
  readonly isRest: boolean;
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

/** Text in one message, in UTF-16 code units: a millisecond to send. As much as a file of documents may hold, so none is cut. */
const portionLength = 1024 * 1024;

/** What each file costs beside its text. */
const pieceCost = 1024;

/** Cuts files into portions that are sent one by one. */
export function* portionsOf(files: readonly { readonly path: string; readonly text: string; readonly rest?: readonly string[] }[]) {
  let portion: FilePiece[] = [];
  let length = 0;
  for (const piece of piecesOf(files)) {
    if (portion.length > 0 && length + piece.text.length > portionLength) {
      yield portion;
      portion = [];
      length = 0;
    }
    portion.push(piece);
    length += piece.text.length + pieceCost;
  }
  if (portion.length > 0) yield portion;
}

function* piecesOf(
  files: readonly { readonly path: string; readonly text: string; readonly rest?: readonly string[] }[],
): Generator<FilePiece> {
  for (const { path, text, rest } of files) {
    let isRest = false;
    // A file with an empty rest is one that came in pieces, which matters where it holds documents.
    for (const whole of [text, ...(rest?.length === 0 ? [""] : (rest ?? []))]) {
      for (let start = 0; start === 0 || start < whole.length; start += portionLength) {
        yield { path, text: whole.slice(start, start + portionLength), isRest };
        isRest = true;
      }
    }
  }
}
