import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { FolderProblem } from "@portcullis/policy-bus";
import { isJson, type RunCommand } from "../command-definition.ts";
import { createStandalone } from "../create-standalone.ts";
import { describePlace } from "../describe-place.ts";
import { curlCommand, type ExampleRequest, imageReviewOf, post } from "../example-request.ts";
import { loadServeConfig } from "../load-serve-config.ts";
import { announcementObject, describeRevision, describeStandalone } from "../serve-announcement.ts";
import { examplePolicies } from "../shipped-files.ts";
import type { Standalone } from "../standalone.ts";
import { styled, type Terminal } from "../terminal.ts";

/** With the example policies the first is refused and the second admitted; with others, what was answered is shown. */
const exampleImages = ["some-registry.io/app:1.0", "internal-registry.io/app:1.0"];

/** `portcullis serve`. */
export const serve: RunCommand = async ({ options }, terminal) => {
  const asJson = isJson(options);
  const config = await loadServeConfig(options, terminal);
  const paths = config.policies.length > 0 ? config.policies : [examplePolicies(terminal.workingDirectory)];
  const stop = terminal.stopSignal();
  // A server outlives whoever reads what it says: a closed pipe must not end it.
  const say = (text: string) => (asJson ? Promise.resolve() : terminal.print(text).catch(() => undefined));
  const dataDir = resolve(terminal.workingDirectory, config.dataDir);
  const standalone = await createStandalone(
    { ...config, policies: paths, dataDir },
    {
      writeLog: terminal.printError,
      onRevision: (revision) => void say(describeRevision(revision)),
      onProblems: (problems) => terminal.printError(describeProblems(problems, terminal)),
    },
  );
  if (!stop.aborted) {
    const examples = await askExamples(standalone, folderOfReader(terminal));
    if (asJson) await terminal.print(`${JSON.stringify(announcementObject(standalone, examples))}\n`);
    await say(describeStandalone(standalone, { examples, paths, terminal }));
    await aborted(stop);
  }
  await say("draining; a second Ctrl-C ends at once\n");
  const unfinished = await standalone.close();
  if (unfinished.length === 0) return 0;
  terminal.printError(`portcullis: stopped before all was closed: ${unfinished.join(", ")}\n`);
  return 2;
};

/** npm starts scripts in the package's folder, wherever the reader stands: then only absolute names work when pasted. */
function folderOfReader({ environment, workingDirectory }: Terminal): string | undefined {
  return [undefined, workingDirectory].includes(environment["INIT_CWD"]) ? workingDirectory : undefined;
}

function askExamples(standalone: Standalone, folder: string | undefined): Promise<readonly ExampleRequest[]> {
  return Promise.all(exampleImages.map((image) => askExample(standalone, image, folder)));
}

async function askExample({ webhookUrl, pki }: Standalone, image: string, folder: string | undefined): Promise<ExampleRequest> {
  const url = `${webhookUrl}/image-review`;
  const body = imageReviewOf(image);
  const files = { caFile: pki.caFile, ...pki.apiServerClient };
  const read = (file: string) => readFile(file, "utf8");
  const [ca, cert, key] = await Promise.all([read(files.caFile), read(files.certFile), read(files.keyFile)]);
  const { status }: { status: { allowed: boolean; reason?: string } } = JSON.parse(await post(url, body, { ca, cert, key }));
  return { image, command: curlCommand({ url, body, files, folder }), allowed: status.allowed, reason: status.reason ?? "" };
}

function describeProblems(problems: readonly FolderProblem[], terminal: Terminal): string {
  if (problems.length === 0) return "policies: mended\n";
  const lines = problems.map(
    (problem) => `policies: ${describePlace(problem)}: ${styled(terminal, "red", problem.message)} (${problem.code})\n`,
  );
  return `${lines.join("")}policies: the last good revision stays in force until this is mended\n`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
