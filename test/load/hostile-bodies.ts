/** A body that means harm. */
export interface HostileBody {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Bodies of up to `limit` bytes; each attacks another part of reading. */
export function hostileBodies(wrap: (object: string) => string, limit: number): readonly HostileBody[] {
  const cut = (text: string): Buffer => Buffer.from(text, "latin1").subarray(0, limit);
  const wrapped = (name: string, object: string): HostileBody => ({ name, bytes: cut(wrap(object)) });
  const raw = (name: string, text: string): HostileBody => ({ name, bytes: cut(text) });
  // What is wrapped around an object stays below 1 KiB.
  const fill = (unit: (index: number) => string, most = Number.POSITIVE_INFINITY): string => repeatUpTo(limit - 1024, unit, most);
  return [
    raw("open brackets without end", "[".repeat(limit)),
    raw("open objects without end", '{"a":'.repeat(limit / 5)),
    raw("numbers in a list", `[${"1,".repeat(limit / 2 - 2)}1]`),
    raw("one long number", `[${"9".repeat(limit - 2)}]`),
    raw("blanks", " ".repeat(limit)),
    raw("one string that is not closed", `"${"a".repeat(limit - 1)}`),
    raw("no JSON", "\u0000".repeat(limit)),
    raw("bytes that are no UTF-8", "\u00ff".repeat(limit)),
    wrapped("one long string of escapes", `{"note":"${fill(() => "\\u0041")}"}`),
    wrapped("one long image", image(fill(() => "a/"))),
    wrapped("one long image of escapes", image(fill(() => "\\u0061"))),
    wrapped("equal keys", `{${fill(() => '"k":1,')}"k":1}`),
    wrapped("many keys", `{${fill((i) => `"key${i}":0,`, 380_000)}"k":1}`),
    wrapped("own keys named __proto__", `{${fill(() => '"__proto__":{},', 180_000)}"a":1}`),
    wrapped("many containers", pod(fill((i) => `{"name":"c${i}","image":"evil.example/a/b:${i}"},`, 60_000))),
    wrapped("many containers with images nobody can parse", pod(fill((i) => `{"image":"https://u:p@h/${i}"},`, 60_000))),
    wrapped("as many images as may be", pod(fill((i) => `{"image":"evil.example/a/b:${i}"},`, 2_000))),
    wrapped("many lists that hold images", `{${fill((i) => `"l${i}":[{"image":"a"}],`, 60_000)}"l":0}`),
    wrapped("many pod specs", `{"list":[${fill(() => '{"spec":{"containers":[{"image":"a"}]}},', 40_000)}{}]}`),
    wrapped("one token less than the limit", `{"list":[${fill(() => "0,", 199_900)}0]}`),
    wrapped("as deep as the limit, many times", `{"list":[${fill(() => `${"[".repeat(100)}${"]".repeat(100)},`, 1_900)}0]}`),
  ];
}

/** The unit again and again, as often as it fits, and `most` times at most. */
function repeatUpTo(bytes: number, unit: (index: number) => string, most: number): string {
  const units: string[] = [];
  let left = bytes;
  for (let next = unit(0); next.length <= left && units.length < most; next = unit(units.length)) {
    units.push(next);
    left -= next.length;
  }
  return units.join("");
}

function image(text: string): string {
  return pod(`{"name":"c","image":"${text}"},`);
}

function pod(containers: string): string {
  return `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[${containers}{"name":"last","image":"a"}]}}`;
}
