/** The element at an index that the caller keeps within bounds. */
export function element<T>(list: ArrayLike<T>, index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`no element at ${index} of ${list.length}`);
  return found;
}
