import { describe, expect, it } from "vitest";
import { curlCommand, imageReviewOf, targetOf } from "./example-request.ts";

const files = { caFile: "/home/me/work/.portcullis/ca.crt", certFile: "/home/me/it's/a.crt", keyFile: "/k" };

describe("curlCommand", () => {
  it("is one line whose names work where it is pasted, quoted for sh", () => {
    const target = targetOf("https://127.0.0.1:8443/image-review");

    expect(curlCommand({ target, body: imageReviewOf("nginx"), files, folder: "/home/me/work" })).toBe(
      "curl --silent --show-error --cacert .portcullis/ca.crt --cert '../it'\\''s/a.crt' --key /k " +
        `--header 'Content-Type: application/json' --data '${imageReviewOf("nginx")}' https://127.0.0.1:8443/image-review`,
    );
    expect(curlCommand({ target, body: "{}", files, folder: undefined })).toContain("--cacert /home/me/work/.portcullis/ca.crt ");
  });

  it("asks by the certified name where the address is another", () => {
    const target = targetOf("https://192.0.2.7:8443/image-review");

    expect(curlCommand({ target, body: "{}", files, folder: undefined })).toContain(" --resolve localhost:8443:192.0.2.7 ");
  });
});

describe("targetOf", () => {
  it.each([
    ["https://127.0.0.1:1/policy", "https://127.0.0.1:1/policy", undefined],
    ["https://0.0.0.0:1/policy", "https://127.0.0.1:1/policy", undefined],
    ["https://[::]:1/policy", "https://[::1]:1/policy", undefined],
    ["https://localhost:1/policy", "https://localhost:1/policy", undefined],
    ["https://192.0.2.7:1/policy", "https://localhost:1/policy", "192.0.2.7"],
    ["https://[2001:db8::7]:1/policy", "https://localhost:1/policy", "[2001:db8::7]"],
  ])("of %s is %s at %s", (imageReviewUrl, url, address) => {
    expect(targetOf(imageReviewUrl)).toEqual({ url, address });
  });
});
