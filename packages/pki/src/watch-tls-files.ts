import { createHash } from "node:crypto";
import { loadTlsFiles, readTlsFiles, type TlsFileNames, type TlsFiles } from "./load-tls-files.ts";
import { PkiError } from "./pki-error.ts";

export interface WatchTlsFilesOptions {
  /** What is served now; without it the first look reloads. */
  readonly current?: TlsFiles;
  /** Also where a problem is over and the files are what they were before it. */
  readonly onReload: (files: TlsFiles) => void;
  /** What was loaded last stays in use. Told once per problem, and only when a second look finds the same. */
  readonly onProblem: (problem: PkiError) => void;
  /** Default 5,000. */
  readonly intervalMs?: number;
}

export interface TlsFilesWatcher {
  /** Looks now instead of at the next interval. */
  check(): Promise<void>;
  close(): void;
}

/**
 * Reads the files at an interval and reloads when their content changed. Content is the truth: notifications miss the symbolic links by
 * which Kubernetes swaps a mounted Secret.
 */
export function watchTlsFiles(files: TlsFileNames, options: WatchTlsFilesOptions): TlsFilesWatcher {
  const { current } = options;
  let served = current === undefined ? "" : fingerprint([current.cert, current.key, current.ca]);
  let suspected = "";
  let reported = "";

  async function look(): Promise<void> {
    let seen = "";
    try {
      seen = fingerprint(await readTlsFiles(files));
      // Who was told of a problem has to hear that it is over, though the files be what they were: they could not be opened for a while.
      if (seen !== served || reported !== "") {
        const loaded = await loadTlsFiles(files);
        served = fingerprint([loaded.cert, loaded.key, loaded.ca]);
        options.onReload(loaded);
      }
      suspected = "";
      reported = "";
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      onBadFiles(error, `${seen} ${error.code} ${error.message}`);
    }
  }
  // A certificate and its key are two files: between the writes they do not match, which is no problem unless it lasts.
  function onBadFiles(error: PkiError, identity: string): void {
    if (identity === suspected && identity !== reported) {
      reported = identity;
      options.onProblem(error);
    }
    suspected = identity;
  }

  let looking = Promise.resolve();
  const check = (): Promise<void> => {
    looking = looking.then(look);
    return looking;
  };
  const timer = setInterval(() => void check(), options.intervalMs ?? 5_000);
  timer.unref();
  return { check, close: () => clearInterval(timer) };
}

function fingerprint(parts: readonly (Buffer | undefined)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part?.length ?? -1}:`).update(part ?? "");
  return hash.digest("hex");
}
