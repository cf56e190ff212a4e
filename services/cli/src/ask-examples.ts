import { readFile } from "node:fs/promises";
import { curlCommand, type ExampleRequest, imageReviewOf, post, targetOf } from "./example-request.ts";
import type { Standalone } from "./standalone.ts";

/** With the example policies the first is refused and the second admitted; with others, what was answered is shown. */
const exampleImages = ["some-registry.io/app:1.0", "internal-registry.io/app:1.0"];

/** Asks the webhook as an API server would, and returns how it was asked and what it answered. */
export function askExamples(standalone: Standalone, folder: string | undefined): Promise<readonly ExampleRequest[]> {
  return Promise.all(exampleImages.map((image) => askExample(standalone, image, folder)));
}

async function askExample({ imageReviewUrl, pki }: Standalone, image: string, folder: string | undefined): Promise<ExampleRequest> {
  const target = targetOf(imageReviewUrl);
  const body = imageReviewOf(image);
  const files = { caFile: pki.caFile, ...pki.apiServerClient };
  const read = (file: string) => readFile(file, "utf8");
  const [ca, cert, key] = await Promise.all([read(files.caFile), read(files.certFile), read(files.keyFile)]);
  const answer = parseStatus(await post(target, body, { ca, cert, key }));
  return { image, command: curlCommand({ target, body, files, folder }), ...answer };
}

/** `status` of an ImageReview; throws where there is none, which would be a mistake of the webhook. */
function parseStatus(text: string): Pick<ExampleRequest, "allowed" | "reason"> {
  const review: unknown = JSON.parse(text);
  const status = isRecord(review) ? review["status"] : undefined;
  if (!isRecord(status) || typeof status["allowed"] !== "boolean") throw new Error(`the webhook answered "${text}"`);
  return { allowed: status["allowed"], reason: typeof status["reason"] === "string" ? status["reason"] : "" };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
