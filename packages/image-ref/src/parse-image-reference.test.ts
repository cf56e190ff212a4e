import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatImageReference, type ImageReference, isReferenceProblem, referenceProblemCodes } from "./image-reference.ts";
import { parseImageReference } from "./parse-image-reference.ts";

const hex = "0123456789abcdef".repeat(4);
const sha256 = `sha256:${hex}`;
const sha512 = `sha512:${hex}${hex}`;

function parsed(text: string): ImageReference {
  const reference = parseImageReference(text);
  if (isReferenceProblem(reference)) throw new Error(`${reference.problem}: ${reference.message}`);
  return reference;
}

describe("parseImageReference", () => {
  it.each([
    ["nginx", "docker.io", "library/nginx", null, null],
    ["nginx:1.25", "docker.io", "library/nginx", "1.25", null],
    [`nginx@${sha256}`, "docker.io", "library/nginx", null, sha256],
    [`nginx:1.25@${sha256}`, "docker.io", "library/nginx", "1.25", sha256],
    [`nginx@${sha512}`, "docker.io", "library/nginx", null, sha512],
    [`nginx@sha384:${hex}${hex.slice(32)}`, "docker.io", "library/nginx", null, `sha384:${hex}${hex.slice(32)}`],
    ["acme/api", "docker.io", "acme/api", null, null],
    ["library/nginx", "docker.io", "library/nginx", null, null],
    ["docker.io/nginx", "docker.io", "library/nginx", null, null],
    ["docker.io/acme/api", "docker.io", "acme/api", null, null],
    ["index.docker.io/nginx", "docker.io", "library/nginx", null, null],
    ["index.docker.io/acme/api", "docker.io", "acme/api", null, null],
    ["registry-1.docker.io/nginx", "registry-1.docker.io", "nginx", null, null],
    ["quay.io/a/b/c/d", "quay.io", "a/b/c/d", null, null],
    ["quay.io:443/a", "quay.io:443", "a", null, null],
    ["quay.io:0443/a", "quay.io:0443", "a", null, null],
    ["quay.io:99999999/a", "quay.io:99999999", "a", null, null],
    ["registry:5000/a", "registry:5000", "a", null, null],
    ["localhost/a", "localhost", "a", null, null],
    ["localhost:5000/a:1", "localhost:5000", "a", "1", null],
    ["localhost", "docker.io", "library/localhost", null, null],
    ["localhost:5000", "docker.io", "library/localhost", "5000", null],
    ["registry.internal:5000", "docker.io", "library/registry.internal", "5000", null],
    ["registry.internal", "docker.io", "library/registry.internal", null, null],
    ["127.0.0.1:5000/a", "127.0.0.1:5000", "a", null, null],
    ["[::1]/a", "[::1]", "a", null, null],
    ["[2001:DB8::1]:5000/a/b:1", "[2001:db8::1]:5000", "a/b", "1", null],
    ["[ABC]/a", "[abc]", "a", null, null],
    ["Quay.IO/a", "quay.io", "a", null, null],
    ["Registry/a", "registry", "a", null, null],
    ["xn--n3h.example/a", "xn--n3h.example", "a", null, null],
    ["a-b--c.example/a", "a-b--c.example", "a", null, null],
    ["a.b/a.b_c__d-e---f", "a.b", "a.b_c__d-e---f", null, null],
    ["0/1/2", "docker.io", "0/1/2", null, null],
    ["a.b/c:_x.Y-z", "a.b", "c", "_x.Y-z", null],
    [`a.b/c:${"x".repeat(128)}`, "a.b", "c", "x".repeat(128), null],
    [`a.b/${"x".repeat(255)}`, "a.b", "x".repeat(255), null, null],
    ["x".repeat(247), "docker.io", `library/${"x".repeat(247)}`, null, null],
    [`docker.io/library/sha256:${hex}`, "docker.io", "library/sha256", hex, null],
    [`sha256:${hex}0`, "docker.io", "library/sha256", `${hex}0`, null],
    [`sha256:${hex.toUpperCase()}`, "docker.io", "library/sha256", hex.toUpperCase(), null],
    [`${hex}:1`, "docker.io", `library/${hex}`, "1", null],
    [`${hex}0`, "docker.io", `library/${hex}0`, null, null],
  ])("reads %s as a runtime does", (text, host, path, tag, digest) => {
    expect(parseImageReference(text)).toEqual({ host, path, tag, digest });
  });

  it.each([
    ["Docker.io/nginx", "DOCKER.IO/nginx", "docker.io", "nginx"],
    ["Docker.io/acme/api", "docker.io/acme/api", "docker.io", "acme/api"],
    ["INDEX.docker.io/nginx", "INDEX.DOCKER.IO/nginx", "index.docker.io", "nginx"],
    ["INDEX.docker.io/acme/api", "INDEX.DOCKER.IO/acme/api", "index.docker.io", "acme/api"],
    ["Foo/app", "FOO/app", "foo", "app"],
    ["LOCALHOST/app", "localhost/app", "localhost", "app"],
    ["nginx", "docker.io/library/nginx", "docker.io", "library/nginx"],
  ])("reads %s as %s, which is not what its lower case means", (text, canonical, host, path) => {
    const reference = parsed(text);

    expect(reference).toMatchObject({ host, path });
    expect(formatImageReference(reference)).toBe(canonical);
    expect(parsed(canonical)).toEqual(reference);
  });

  it.each([
    ["", "image-empty", 0],
    [" ", "image-blank", 0],
    ["nginx ", "image-blank", 5],
    ["nginx\n", "image-blank", 5],
    ["ngi\tnx", "image-blank", 3],
    ["nginx\u0000", "image-blank", 5],
    ["quay.io /a", "image-blank", 7],
    ["quay.io/a\u00a0b", "image-blank", 9],
    ["nginx\u200b", "image-character", 5],
    ["ng\u0456nx", "image-character", 2],
    ["quay.io\u2215a", "image-character", 7],
    ["quay。io/a", "image-character", 4],
    ["quay.io/😀", "image-character", 8],
    ["quay.io/\ud800", "image-character", 8],
    ["quay.io/a?b", "image-character", 9],
    ["quay.io/a#b", "image-character", 9],
    ["quay.io/%61", "image-character", 8],
    ["quay.io\\a", "image-character", 7],
    ["https://quay.io/a", "image-url", 5],
    ["docker://nginx", "image-url", 6],
    ["oci:///a", "image-url", 3],
    ["user@quay.io/a", "image-userinfo", 4],
    ["user:secret@quay.io/a", "image-userinfo", 11],
    ["quay.io@evil.example/a", "image-userinfo", 7],
    ["quay.io//a", "image-empty-component", 7],
    ["//quay.io/a", "image-empty-component", 0],
    ["/nginx", "image-empty-component", 0],
    ["quay.io/", "image-empty-component", 7],
    ["quay.io/a/", "image-empty-component", 9],
    ["quay.io/a/:1", "image-empty-component", 9],
    ["quay.io/:1", "image-empty-component", 7],
    ["my_registry.io/app", "image-host", 2],
    ["-quay.io/a", "image-host", 0],
    ["quay-.io/a", "image-host", 4],
    ["quay.-io/a", "image-host", 5],
    ["quay..io/a", "image-host", 5],
    ["quay.io./a", "image-host", 8],
    ["docker.io./library/nginx", "image-host", 10],
    ["docker.io.:443/nginx", "image-host", 10],
    [".quay.io/a", "image-host", 0],
    ["./a", "image-host", 0],
    ["../a", "image-host", 0],
    ["quay.io:/a", "image-host", 8],
    ["quay.io:x/a", "image-host", 8],
    ["quay.io:80:80/a", "image-host", 10],
    ["quay.io:-1/a", "image-host", 8],
    [":5000/a", "image-host", 0],
    ["[::1/a", "image-host", 4],
    ["[]:5000/a", "image-host", 1],
    ["[::1]x/a", "image-host", 5],
    ["[::1]:/a", "image-host", 6],
    ["[::1%eth0]/a", "image-character", 4],
    ["[::ffff:1.2.3.4]/a", "image-host", 9],
    ["::1/a", "image-host", 0],
    ["quay.io/A", "image-uppercase", 8],
    ["Nginx", "image-uppercase", 0],
    ["acme/Api", "image-uppercase", 5],
    ["quay.io/a.", "image-path", 10],
    ["quay.io/.a", "image-path", 8],
    ["quay.io/a..b", "image-path", 10],
    ["quay.io/a.-b", "image-path", 10],
    ["quay.io/a___b", "image-path", 11],
    ["quay.io/-a", "image-path", 8],
    ["quay.io/a-", "image-path", 10],
    ["quay.io/../a", "image-path", 8],
    ["quay.io/a/./b", "image-path", 10],
    ["quay.io/a+b", "image-path", 9],
    ["a*", "image-path", 1],
    [":1", "image-path", 0],
    ["@", "image-path", 0],
    [`@${sha256}`, "image-path", 0],
    ["[::1]", "image-path", 0],
    [`a.b/${"x".repeat(256)}`, "image-too-long", 259],
    ["x".repeat(248), "image-too-long", 255],
    ["nginx:", "image-tag", 6],
    ["nginx:-a", "image-tag", 6],
    ["nginx:.a", "image-tag", 6],
    ["nginx:a:b", "image-tag", 7],
    ["nginx:a+b", "image-tag", 7],
    [`nginx:${"x".repeat(129)}`, "image-tag", 134],
    ["nginx:x/a", "image-host", 6],
    ["nginx@", "image-digest", 6],
    ["nginx@sha256", "image-digest", 6],
    ["nginx@sha256:", "image-digest", 13],
    ["nginx@sha256:abc", "image-digest", 16],
    [`nginx@${sha256.slice(0, -1)}`, "image-digest", 76],
    [`nginx@${sha256}0`, "image-digest", 78],
    [`nginx@sha256:${hex.toUpperCase()}`, "image-digest", 23],
    [`nginx@${sha256}@${sha256}`, "image-digest", 77],
    [`nginx@${sha256}:1`, "image-digest", 77],
    [`nginx@md5:${hex.slice(32)}`, "image-digest-algorithm", 6],
    [`nginx@sha256+b64:${hex}`, "image-digest-algorithm", 6],
    [`nginx@SHA256:${hex}`, "image-digest-algorithm", 6],
    [hex, "image-id", 0],
    [sha256, "image-id", 0],
    [sha512, "image-id", 0],
  ])("refuses %j with %s", (text, problem, at) => {
    expect(parseImageReference(text)).toMatchObject({ problem, at });
    expect(referenceProblemCodes).toContain(problem);
  });

  it("keeps messages short and on one line however the text looks", () => {
    const texts = ["\n".repeat(1000), `a.b_/${"x".repeat(10_000)}`, `a.b:${"x".repeat(10_000)}/a`, `a:${"x".repeat(10_000)}`, "\u0007"];

    for (const text of texts) expect(parseImageReference(text)).toMatchObject({ message: expect.stringMatching(/^[^\n]{1,400}$/) });
  });

  it("never throws, and reads its own canonical spelling as the same reference", () => {
    const soup = fc.string({
      unit: fc.constantFrom(..."abzAZ019._-/:@[]*+", "//", "sha256:", hex, "docker.io", "index.docker.io", "localhost"),
    });

    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: "binary" }), fc.string()), (text) => {
        const reference = parseImageReference(text);
        if (isReferenceProblem(reference)) {
          expect(referenceProblemCodes).toContain(reference.problem);
          expect(reference.at).toBeLessThanOrEqual(text.length);
        } else {
          expect(parseImageReference(formatImageReference(reference))).toEqual(reference);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("agrees with the regular expressions that define the grammar", () => {
    const label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    const host = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
    const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    const whole = new RegExp(`^${host}/${component}(?:/${component})*(?::\\w[\\w.-]{0,127})?$`);
    const written = fc.string({ unit: fc.constantFrom(..."ab01.._--:[]"), maxLength: 12 }).map((first) => `${first}.`);
    const soup = fc.string({ unit: fc.constantFrom(..."abA0.._--/:") });

    fc.assert(
      fc.property(fc.oneof(written, fc.constantFrom("a.b", "[::1]")), soup, (first, rest) => {
        const text = `${first}/${rest}`;

        expect(!isReferenceProblem(parseImageReference(text))).toBe(whole.test(text));
      }),
      { numRuns: 5000 },
    );
  });
});
