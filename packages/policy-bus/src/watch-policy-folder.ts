import { setTimeout as sleep } from "node:timers/promises";
import { type Bundle, overlayGlobOf, PolicyCompileError, type RevisionToken } from "@portcullis/policy";
import { bundleDigest } from "./bundle-digest.ts";
import { compileOnce } from "./compile-once.ts";
import { listPolicyFiles, type PolicyFile } from "./list-policy-files.ts";
import { type BundleLimits, defaultBundleLimits, type LocationOf, locationsOf, readBundle } from "./load-policy-bundle.ts";
import type { PolicyBus } from "./policy-bus.ts";
import { type FolderProblem, PolicyFolderError } from "./policy-folder-problem.ts";

export interface WatchPolicyFolderOptions {
  /** Folders and files; read together as one bundle. */
  readonly paths: readonly string[];
  readonly bus: Pick<PolicyBus, "publish">;
  /** Called when what is wrong changes, with all of it, and with nothing once all is well again. */
  readonly onProblem?: (problems: readonly FolderProblem[]) => void;
  readonly onPublished?: (published: PublishedFolder) => void;
  /** For what is no fault of the files: the bus refused, or a mistake of ours. Tried again at the next change, and after 5 s. */
  readonly onError?: (error: unknown) => void;
  readonly limits?: BundleLimits;
  /** How often files are looked at, in milliseconds; default 400. */
  readonly scanIntervalMs?: number;
  /** How long files must have stood still before they are read, in milliseconds; default 200. */
  readonly settleMs?: number;
}

export interface PublishedFolder {
  readonly token: RevisionToken;
  readonly digest: string;
  readonly fileCount: number;
  /** Globs of the clusters that there are overlays for, each once. */
  readonly overlays: readonly string[];
}

export interface PolicyFolder {
  /** What keeps the files from being served as they stand now; empty when they are served. */
  problems(): readonly FolderProblem[];
  close(): Promise<void>;
}

/**
 * Publishes what `paths` hold, and again within about a second after each edit that compiles; an edit that does not leaves the
 * last good bundle in force. Rejects with `PolicyFolderError` when there is no good one to begin with.
 *
 * Files are found out about by looking at them, not by `fs.watch`: that one misses changes on network file systems, made
 * behind a ConfigMap's `..data` link, or by a rename, so that looking would be needed anyway.
 */
export async function watchPolicyFolder(options: WatchPolicyFolderOptions): Promise<PolicyFolder> {
  const { paths, scanIntervalMs = 400 } = options;
  const follower = new FolderFollower(options);
  await follower.start();
  const stopping = new AbortController();
  const { signal } = stopping;

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      await sleep(scanIntervalMs, undefined, { signal, ref: false });
      await follower.look();
    }
  }

  const following = follow().catch((error: unknown) => {
    if (!signal.aborted) throw new Error(`watching "${paths.join('", "')}" ended`, { cause: error });
  });
  return {
    problems: () => follower.problems,
    async close() {
      stopping.abort();
      await following;
    },
  };
}

const retryMs = 5_000;

class FolderFollower {
  problems: readonly FolderProblem[] = [];
  readonly #options: WatchPolicyFolderOptions;
  /** Of the files that were last judged, whatever came of it. */
  #judgedStamp = "";
  #publishedDigest = "";
  #retryAtMs = Number.POSITIVE_INFINITY;

  constructor(options: WatchPolicyFolderOptions) {
    this.#options = options;
  }

  /** The first look: what is wrong is thrown, since there is no last good bundle to fall back on. */
  async start(): Promise<void> {
    await this.#publishOnceStill();
  }

  /** One look. Rejects only if a callback throws. */
  async look(): Promise<void> {
    try {
      const listed = await listPolicyFiles(this.#options.paths);
      if (stampOf(listed) === this.#judgedStamp && performance.now() < this.#retryAtMs) return;
      await this.#publishOnceStill();
    } catch (error) {
      return this.#fail(error);
    }
    this.#report([]);
  }

  #fail(error: unknown): void {
    // What the files say stays wrong until they change; what the system says may pass.
    const isFinal = error instanceof PolicyFolderError && error.code === "policy-folder-invalid";
    if (!isFinal) this.#retryAtMs = performance.now() + retryMs;
    if (error instanceof PolicyFolderError) this.#report(error.problems);
    else this.#options.onError?.(error);
  }

  async #publishOnceStill(): Promise<void> {
    const { paths, limits = defaultBundleLimits } = this.#options;
    for (;;) {
      this.#judgedStamp = "";
      const listed = await this.#listStill();
      this.#judgedStamp = stampOf(listed);
      this.#retryAtMs = Number.POSITIVE_INFINITY;
      const bundle = await readBundle(listed, limits, paths);
      // A change while files were read may have left half of each in the bundle.
      if (stampOf(await listPolicyFiles(paths)) === this.#judgedStamp) return this.#publish(bundle, locationsOf(listed));
    }
  }

  /** Lists until two looks in a row see the same, so that a file is not read while an editor is still writing it. */
  async #listStill(): Promise<readonly PolicyFile[]> {
    const { paths, settleMs = 200 } = this.#options;
    let before = await listPolicyFiles(paths);
    for (;;) {
      await sleep(settleMs);
      const after = await listPolicyFiles(paths);
      if (stampOf(after) === stampOf(before)) return after;
      before = after;
    }
  }

  async #publish(bundle: Bundle, locationOf: LocationOf): Promise<void> {
    const digest = await bundleDigest(bundle);
    if (digest === this.#publishedDigest) return;
    await assertCompiles(bundle, locationOf);
    const token = await this.#options.bus.publish(bundle);
    this.#publishedDigest = digest;
    this.#options.onPublished?.({ token, digest, fileCount: bundle.files.length, overlays: overlaysOf(bundle) });
  }

  #report(problems: readonly FolderProblem[]): void {
    if (JSON.stringify(problems) === JSON.stringify(this.problems)) return;
    this.problems = problems;
    this.#options.onProblem?.(problems);
  }
}

async function assertCompiles(bundle: Bundle, locationOf: LocationOf): Promise<void> {
  // The revision gets its token when it is published; nothing but answers reads it.
  const revision = { lineage: "unpublished", epoch: 0, revision: 0 };
  try {
    await compileOnce(bundle, revision);
  } catch (error) {
    if (!(error instanceof PolicyCompileError)) throw error;
    const problems = error.problems.map((problem) => ({ ...problem, file: locationOf(problem.file) }));
    throw new PolicyFolderError("policy-folder-invalid", problems, { cause: error });
  }
}

function overlaysOf({ files }: Bundle): readonly string[] {
  return [...new Set(files.flatMap(({ path }) => overlayGlobOf(path) ?? []))];
}

function stampOf(listed: readonly PolicyFile[]): string {
  return listed.map(({ location, stamp }) => `${location}\0${stamp}`).join("\n");
}
