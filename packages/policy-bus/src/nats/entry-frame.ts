import type { LogEntry, NewLogEntry } from "../revision-log.ts";

/** 1: an envelope alone; 2: an envelope and a bundle. Then four bytes: the length of the envelope. */
const headLength = 5;

/** An entry as the bytes of one message. */
export function encodeEntry({ envelope, bundle }: NewLogEntry): Uint8Array {
  const head = Buffer.alloc(headLength);
  head.writeUInt8(bundle === undefined ? 1 : 2);
  head.writeUInt32BE(envelope.byteLength, 1);
  return Buffer.concat([head, envelope, bundle ?? new Uint8Array()]);
}

/** Bytes that are no entry are taken for an envelope as they are: whoever verifies envelopes refuses them, and says so. */
export function decodeEntry(position: number, bytes: Uint8Array): LogEntry {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view.length < headLength ? 0 : view.readUInt8(0);
  const end = kind === 0 ? 0 : headLength + view.readUInt32BE(1);
  if (kind === 1 && end === view.length) return { position, envelope: new Uint8Array(view.subarray(headLength)), bundle: undefined };
  if (kind === 2 && end <= view.length) {
    return { position, envelope: new Uint8Array(view.subarray(headLength, end)), bundle: new Uint8Array(view.subarray(end)) };
  }
  return { position, envelope: new Uint8Array(view), bundle: undefined };
}
