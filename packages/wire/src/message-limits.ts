import { InvalidMessageError } from "./invalid-message-error.ts";

/** Largest gRPC message either end accepts, in bytes. A workload is at most as long as the 7 MiB body it was read from. */
export const maxMessageBytes = 16 * 1024 * 1024;

/** Most entries of one repeated field. No body within the limit of 400,000 JSON tokens holds more images. */
export const maxRepeated = 400_000;

/** Most items in one message of a decision stream. */
export const maxItemsPerMessage = 4_096;

/** Longest wait an item may ask for, in milliseconds; more is taken as this. An API server waits 30 s at most. */
export const maxTimeoutMs = 60_000;

/** Returns `list`, or throws `InvalidMessageError` when it is longer than any honest sender's. */
export function bounded<T>(list: readonly T[], field: string, limit: number = maxRepeated): readonly T[] {
  if (list.length > limit) throw new InvalidMessageError(field, `holds ${list.length} entries; at most ${limit} are accepted`);
  return list;
}
