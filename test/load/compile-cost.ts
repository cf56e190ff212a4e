import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Bundle, compileInSlices } from "@portcullis/policy";
import { memoryPolicyBus, watchPolicyFolder } from "@portcullis/policy-bus";
import type { BenchOptions } from "./bench-options.ts";
import { bytesInUse } from "./heap.ts";
import { type ListKind, listKinds, patternAt } from "./long-list.ts";
import type { Bound, Measurement, Section } from "./report.ts";
import { spreadOf } from "./statistics.ts";
import { type Hold, watchHolds } from "./watch-holds.ts";

interface Compilation extends Hold {
  readonly seconds: number;
  readonly bytesPerEntry: number;
}

/** Time to compile a policy with one long list in memory, and for how long it keeps the event loop from anything else. */
export async function measureCompile({ isSlice }: BenchOptions): Promise<Section> {
  const size = isSlice ? 100_000 : 1_000_000;
  const rounds = isSlice ? 3 : 5;
  const entries = `${size.toLocaleString("en-GB")} entries`;
  const measurements: Measurement[] = [];
  const bounds: Bound[] = [];
  for (const kind of listKinds) {
    const bundle = bundleOf(kind, size);
    await compileOnce(bundle, size);
    const runs: Compilation[] = [];
    for (let round = 0; round < rounds; round++) runs.push(await compileOnce(bundle, size));
    const seconds = spreadOf(runs.map((run) => run.seconds));
    const bytes = spreadOf(runs.map((run) => run.bytesPerEntry));
    const name = `${kind}, ${entries}`;
    measurements.push({ name, unit: "bytes per entry in the snapshot", spread: bytes });
    measurements.push({ name, unit: "ms longest hold, wall clock", spread: spreadOf(runs.map(({ holdMs }) => holdMs)) });
    const folders: Hold[] = [];
    for (let round = 0; round < rounds; round++) folders.push(await publishOnce(bundle));
    const folderHolds = spreadOf(folders.map(({ busyHoldMs }) => busyHoldMs));
    measurements.push({ name, unit: "ms longest hold from files to a published revision", spread: folderHolds });
    bounds.push({ name, unit: "s to compile", spread: seconds, limit: isSlice ? 1.2 : 3 });
    bounds.push({ name, unit: "ms longest hold", spread: spreadOf(runs.map(({ busyHoldMs }) => busyHoldMs)), limit: 20 });
  }
  const method = `the text of a list file in memory to a snapshot that serves, and beside it a watched folder: files read, digested, compiled, published; a hold is what the main thread computes between two turns of its event loop; ${rounds} runs after one to warm up`;
  return { name: "compile", method, measurements, bounds };
}

function bundleOf(kind: ListKind, size: number): Bundle {
  const lines: string[] = [];
  for (let i = 0; i < size; i++) lines.push(patternAt(kind, i));
  const policy =
    "apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: long }\nspec: { enforcement: deny, allowFrom: [list.txt] }\n";
  return {
    files: [
      { path: "policy.yaml", text: policy },
      { path: "list.txt", text: `${lines.join("\n")}\n` },
    ],
  };
}

async function compileOnce(bundle: Bundle, size: number): Promise<Compilation> {
  const before = bytesInUse();
  const watch = watchHolds();
  const startMs = performance.now();
  const snapshot = await compileInSlices(bundle, { revision: { lineage: "bench", epoch: 1, revision: 1 }, pause: () => nextTurn() });
  const seconds = (performance.now() - startMs) / 1000;
  const hold = watch.take();
  watch.stop();
  const bytesPerEntry = (bytesInUse() - before) / size;
  if (snapshot.policies.length !== 1) throw new Error("the policy did not compile");
  return { ...hold, seconds, bytesPerEntry };
}

/** Watches a folder that holds the bundle until it is published. */
async function publishOnce({ files }: Bundle): Promise<Hold> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-bench-"));
  try {
    for (const { path, text } of files) await writeFile(join(folder, path), text);
    const bus = memoryPolicyBus();
    const watch = watchHolds();
    const watched = await watchPolicyFolder({ paths: [folder], bus });
    const hold = watch.take();
    watch.stop();
    await watched.close();
    await bus.close();
    return hold;
  } finally {
    await rm(folder, { recursive: true });
  }
}
