import { element } from "./element.ts";

/**
 * One spelling for each address: IPv6 as eight groups without leading zeros, IPv4 as four decimal numbers, also where it was
 * written as IPv6 (`[::ffff:a00:1]` is dialled as 10.0.0.1) or as C libraries read it (`012.0.1`, `167772161`). Other names
 * stay as they are.
 */
export function foldAddress(name: string): string {
  if (name.startsWith("[")) return foldBrackets(name);
  const last = name.charCodeAt(name.lastIndexOf(".") + 1);
  // The last label of a name in DNS is no number, so the common case is settled here.
  return last >= 48 && last <= 57 ? foldNumbers(name) : name;
}

/** What is no address stays as it is, as no runtime can reach it. */
function foldBrackets(address: string): string {
  const halves = address.slice(1, -1).split("::");
  const written = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - written.flat().length;
  const isWhole = halves.length === 1 ? missing === 0 : halves.length === 2 && missing > 0;
  if (!isWhole || !written.flat().every((group) => /^[0-9a-f]{1,4}$/.test(group))) return address;
  const [head = [], tail = []] = written;
  const zeros = Array.from({ length: missing }, () => "0");
  const groups = [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
  if (groups.slice(0, 6).join() === "0,0,0,0,0,65535") return toQuad(groups.slice(6).reduce((sum, group) => sum * 65_536 + group, 0));
  return `[${groups.map((group) => group.toString(16)).join(":")}]`;
}

/** Up to four numbers, decimal, octal (`0…`) or hexadecimal (`0x…`), of which the last fills all bytes that are left. */
function foldNumbers(name: string): string {
  const written = name.split(".");
  if (written.length > 4 || !written.every((part) => /^(?:0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/.test(part))) return name;
  const numbers = written.map((part) => (/^0[0-7]/.test(part) ? Number.parseInt(part, 8) : Number(part)));
  const bytes = numbers.slice(0, -1);
  const last = element(numbers, bytes.length);
  const room = 256 ** (4 - bytes.length);
  if (last >= room || bytes.some((byte) => byte > 255)) return name;
  return toQuad(bytes.reduce((sum, byte) => sum * 256 + byte, 0) * room + last);
}

function toQuad(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}
