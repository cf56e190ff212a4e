const units = [
  { name: "d", ms: 86_400_000 },
  { name: "h", ms: 3_600_000 },
  { name: "min", ms: 60_000 },
] as const;

/** `0 s`, `2.5 s`, `5 min`, `1 h 30 min`: the two largest units. */
export function describeSpan(ms: number): string {
  const parts: string[] = [];
  let rest = ms;
  for (const { name, ms: size } of units) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${name}`);
    rest -= count * size;
  }
  const seconds = Math.round(rest / 100) / 10;
  if (seconds > 0 || parts.length === 0) parts.push(`${parts.length > 0 ? Math.round(seconds) : seconds} s`);
  return parts.slice(0, 2).join(" ");
}
