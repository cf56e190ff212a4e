import { CliError } from "./cli-error.ts";

/**
 * What a change comes to; rejects with `CliError` once the command is interrupted. A revision that was sent comes into the log
 * whether or not somebody waits for the answer.
 */
export async function unlessStopped<T>(stop: AbortSignal, change: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const refuse = () =>
    reject(
      new CliError(
        "cli-publish-unknown",
        "stopped before it was known what became of it; `portcullis revisions list` shows what was published",
      ),
    );
  if (stop.aborted) refuse();
  stop.addEventListener("abort", refuse, { once: true });
  return Promise.race([change, promise]).finally(() => stop.removeEventListener("abort", refuse));
}
