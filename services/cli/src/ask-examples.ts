import { readFile } from "node:fs/promises";
import { curlCommand, type ExampleRequest, imageReviewOf, post, targetOf } from "./example-request.ts";
import type { Standalone } from "./standalone.ts";

/** With the example policies the first is refused and the second admitted; with others, what was answered is shown. */
const exampleImages = ["some-registry.io/app:1.0", "internal-registry.io/app:1.0"];

/** Asks the webhook as an API server would, and returns how it was asked and what it answered. */
export function askExamples(standalone: Standalone, folder: string | undefined): Promise<readonly ExampleRequest[]> {
  return Promise.all(exampleImages.map((image) => askExample(standalone, image, folder)));
}

async function askExample({ webhookUrl, pki }: Standalone, image: string, folder: string | undefined): Promise<ExampleRequest> {
  const target = targetOf(webhookUrl);
  const body = imageReviewOf(image);
  const files = { caFile: pki.caFile, ...pki.apiServerClient };
  const read = (file: string) => readFile(file, "utf8");
  const [ca, cert, key] = await Promise.all([read(files.caFile), read(files.certFile), read(files.keyFile)]);
  const { status }: { status: { allowed: boolean; reason?: string } } = JSON.parse(await post(target, body, { ca, cert, key }));
  return { image, command: curlCommand({ target, body, files, folder }), allowed: status.allowed, reason: status.reason ?? "" };
}
