/** Thrown by `beforeEnd`. */
export class EndedError extends Error {
  override readonly name = "EndedError";
}

/** What `work` resolves to, or `EndedError` once the signal aborts: a call that never answers holds nobody up. */
export async function beforeEnd<T>(end: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new EndedError("no answer in the time that was given"));
  end.addEventListener("abort", stop, { once: true });
  if (end.aborted) stop();
  try {
    return await Promise.race([work, promise]);
  } finally {
    end.removeEventListener("abort", stop);
  }
}
