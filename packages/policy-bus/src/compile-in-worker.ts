import { setImmediate } from "node:timers/promises";
import {
  assembleInSlices,
  type Bundle,
  type BundleFile,
  bundleOfCluster,
  PolicyCompileError,
  type PolicyParts,
  type RevisionToken,
  type SegmentParts,
  type Snapshot,
} from "@portcullis/policy";
import { buffersOfPortion, portionsOf } from "./compile-protocol.ts";
import { type CompileThread, createCompileThread } from "./compile-thread.ts";
import { bytesOfFile } from "./lazy-file.ts";

export interface CompileInWorkerOptions {
  readonly revision: RevisionToken;
  /** As for `compile` of packages/policy. */
  readonly cluster?: string | undefined;
  /** How long compiling may take, in milliseconds. Default: ten minutes. */
  readonly timeoutMs?: number;
  /** Of the thread's heap. Default: 512 MiB and four times the text, in MiB. */
  readonly maxHeapMiB?: number;
  /** For tests: another program than the one that compiles. */
  readonly program?: URL;
}

const defaultTimeoutMs = 600_000;

/**
 * As `compile`, in a thread of its own that ends with it: the event loop only sends the text and takes what came of it, each a
 * millisecond or so at a time. Rejects with `PolicyCompileError` as `compile` throws it, and with `CompileWorkerError` where the
 * thread fails; the process goes on.
 */
export async function compileInWorker(bundle: Bundle, options: CompileInWorkerOptions): Promise<Snapshot> {
  const { revision, cluster, timeoutMs = defaultTimeoutMs, program } = options;
  const { files } = cluster === undefined ? bundle : bundleOfCluster(bundle, cluster);
  const maxHeapMiB = options.maxHeapMiB ?? 512 + Math.ceil((4 * textLength({ files })) / 2 ** 20);
  await using thread = createCompileThread({ maxHeapMiB, timeoutMs, program });
  for (const pieces of portionsOf(files)) {
    thread.send({ kind: "pieces", pieces }, buffersOfPortion(pieces));
    await setImmediate();
  }
  return await assembleInSlices(await receiveParts(thread, cluster), { revision, pause: () => setImmediate() });
}

async function receiveParts(thread: CompileThread, cluster: string | undefined) {
  const segments: SegmentParts[] = [];
  const policies: PolicyParts[] = [];
  let answer = await thread.ask({ kind: "compile", cluster });
  while (answer.kind !== "done") {
    if (answer.kind === "invalid") throw new PolicyCompileError(answer.problems);
    if (answer.kind === "segments") segments.push(...answer.segments);
    else policies.push(...answer.policies);
    answer = await thread.ask({ kind: "next" });
  }
  return { segments, policies, settings: answer.settings };
}

/** Of all files, in UTF-16 code units, or in bytes where that is what there is. */
export function textLength({ files }: Bundle): number {
  return files.reduce((sum, file) => sum + (bytesOfFile(file)?.length ?? lengthOf(file)), 0);
}

function lengthOf({ text, rest = [] }: BundleFile): number {
  return rest.reduce((sum, { length }) => sum + length, text.length);
}
