/** Where a run of bytes begins. */
export interface Place {
  readonly bytes: DataView;
  readonly at: number;
}

/** Whether the `length` bytes at both places are equal. Compares four at a time, for look-ups spend much of their time here. */
export function isEqualAt(one: Place, other: Place, length: number): boolean {
  const words = length & ~3;
  for (let index = 0; index < words; index += 4) {
    if (one.bytes.getUint32(one.at + index) !== other.bytes.getUint32(other.at + index)) return false;
  }
  for (let index = words; index < length; index++) {
    if (one.bytes.getUint8(one.at + index) !== other.bytes.getUint8(other.at + index)) return false;
  }
  return true;
}

/** Copies `length` bytes to a place in another buffer. */
export function copyBytes(from: Place, to: Place, length: number): void {
  const words = length & ~3;
  for (let index = 0; index < words; index += 4) to.bytes.setUint32(to.at + index, from.bytes.getUint32(from.at + index));
  for (let index = words; index < length; index++) to.bytes.setUint8(to.at + index, from.bytes.getUint8(from.at + index));
}

export function allocateBytes(size: number): DataView<ArrayBuffer> {
  return new DataView(new ArrayBuffer(size));
}

/** A copy of `size` bytes, filled up with zeros where the original is shorter. */
export function resizeBytes({ buffer }: DataView, size: number): DataView<ArrayBuffer> {
  const resized = allocateBytes(size);
  new Uint8Array(resized.buffer).set(new Uint8Array(buffer, 0, Math.min(size, buffer.byteLength)));
  return resized;
}
