import { TextDecoder } from "node:util";
import type { MessagePort } from "node:worker_threads";
import { buffersOfSegment, compileParts, countNames, PolicyCompileError, type PolicyParts, type SnapshotParts } from "@portcullis/policy";
import type { CompileAnswer, CompileRequest, FilePiece } from "./compile-protocol.ts";

interface CollectedFile {
  readonly path: string;
  readonly text: string;
  rest?: string[];
}

/** Of globs and names in one answer: less than a millisecond to receive. */
const namesPerAnswer = 1_000;

/** Of lists in one answer. */
const segmentsPerAnswer = 64;

/** Collects the pieces of one bundle, compiles it, and hands back its parts, portion by portion. */
export function serveCompile(port: MessagePort): void {
  const { files, add } = createCollector();
  let answers: Iterator<CompileAnswer, void> = [].values();

  function answer(): void {
    const next = answers.next();
    if (next.done === true) return;
    const transfer = next.value.kind === "segments" ? next.value.segments.flatMap(buffersOfSegment) : [];
    port.postMessage(next.value, transfer);
  }

  port.on("message", (request: CompileRequest) => {
    if (request.kind === "pieces") return request.pieces.forEach(add);
    if (request.kind === "compile") answers = answersOf(files, request.cluster);
    return answer();
  });
}

function createCollector() {
  const files: CollectedFile[] = [];
  let decoder = new TextDecoder();

  function textOf({ content, isRest, isLast }: FilePiece): string {
    if (typeof content === "string") return content;
    if (!isRest) decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    return decoder.decode(content, { stream: !isLast });
  }

  function add(piece: FilePiece): void {
    const last = files.at(-1);
    const text = textOf(piece);
    if (!piece.isRest || last === undefined) files.push({ path: piece.path, text });
    else if (last.rest === undefined) last.rest = [text];
    else last.rest.push(text);
  }

  return { files, add };
}

function* answersOf(files: CollectedFile[], cluster: string | undefined): Generator<CompileAnswer, void> {
  let parts: SnapshotParts;
  try {
    parts = compileParts({ files: files.splice(0) }, cluster);
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) throw error;
    yield { kind: "invalid", problems: error.problems };
    return;
  }
  const { segments, policies, settings } = parts;
  for (let at = 0; at < segments.length; at += segmentsPerAnswer)
    yield { kind: "segments", segments: segments.slice(at, at + segmentsPerAnswer) };
  for (const portion of portionsOfPolicies(policies)) yield { kind: "policies", policies: portion };
  yield { kind: "done", settings };
}

function* portionsOfPolicies(policies: readonly PolicyParts[]): Generator<readonly PolicyParts[]> {
  let portion: PolicyParts[] = [];
  let names = 0;
  for (const policy of policies) {
    portion.push(policy);
    names += countNames(policy);
    if (names < namesPerAnswer) continue;
    yield portion;
    portion = [];
    names = 0;
  }
  if (portion.length > 0) yield portion;
}
