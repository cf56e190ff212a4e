const limit = 7 * 1024 * 1024;

/** A body that means harm. */
export interface HostileBody {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Bodies of up to 7 MiB, the largest that is read; each attacks another part of reading. */
export function hostileBodies(wrap: (object: string) => string): readonly HostileBody[] {
  const wrapped = (name: string, object: string): HostileBody => ({ name, bytes: cut(wrap(object)) });
  const raw = (name: string, text: string): HostileBody => ({ name, bytes: cut(text) });
  return [
    raw("open brackets without end", "[".repeat(limit)),
    raw("open objects without end", '{"a":'.repeat(limit / 5)),
    raw("numbers in a list", `[${"1,".repeat(limit / 2 - 2)}1]`),
    raw("one number of 7 MiB", `[${"9".repeat(limit - 2)}]`),
    raw("blanks", " ".repeat(limit)),
    raw("one string that is not closed", `"${"a".repeat(limit - 1)}`),
    raw("no JSON", "\u0000".repeat(limit)),
    raw("bytes that are no UTF-8", "\u00ff".repeat(limit)),
    wrapped("one long string of escapes", `{"note":"${"\\u0041".repeat(1_150_000)}"}`),
    wrapped("one long image", image("a/".repeat(3_600_000))),
    wrapped("one long image of escapes", image("\\u0061".repeat(1_200_000))),
    wrapped("equal keys", `{${'"k":1,'.repeat(1_000_000)}"k":1}`),
    wrapped("many keys", `{${keys(380_000)}}`),
    wrapped("own keys named __proto__", `{${'"__proto__":{},'.repeat(180_000)}"a":1}`),
    wrapped("many containers", pod(Array.from({ length: 60_000 }, (_, i) => `{"name":"c${i}","image":"evil.example/a/b:${i}"}`))),
    wrapped(
      "many containers with images nobody can parse",
      pod(Array.from({ length: 60_000 }, (_, i) => `{"image":"https://u:p@h/${i}"}`)),
    ),
    wrapped("many lists that hold images", `{${Array.from({ length: 60_000 }, (_, i) => `"l${i}":[{"image":"a"}]`).join(",")}}`),
    wrapped("many pod specs", `{"list":[${'{"spec":{"containers":[{"image":"a"}]}},'.repeat(40_000)}{}]}`),
    wrapped("one token less than the limit", `{"list":[${"0,".repeat(199_900)}0]}`),
    wrapped("as deep as the limit, many times", `{"list":[${`${"[".repeat(100)}${"]".repeat(100)},`.repeat(1_900)}0]}`),
  ];
}

function image(text: string): string {
  return pod([`{"name":"c","image":"${text}"}`]);
}

function pod(containers: readonly string[]): string {
  return `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[${containers.join(",")}]}}`;
}

function keys(count: number): string {
  return Array.from({ length: count }, (_, i) => `"key${i}":0`).join(",");
}

function cut(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  return bytes.length <= limit ? bytes : bytes.subarray(0, limit);
}
