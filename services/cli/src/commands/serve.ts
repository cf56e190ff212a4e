import { resolve } from "node:path";
import type { FolderProblem } from "@portcullis/policy-bus";
import { stopped } from "@portcullis/process/stop-on-signals";
import { askExamples } from "../ask-examples.ts";
import { isJson, type RunCommand } from "../command-definition.ts";
import { createStandalone } from "../create-standalone.ts";
import { describeMistake } from "../finding-words.ts";
import { loadServeConfig } from "../load-serve-config.ts";
import { announcementObject, describeRevision, describeStandalone } from "../serve-announcement.ts";
import { examplePolicies } from "../shipped-files.ts";
import type { Terminal } from "../terminal.ts";

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
      onIdleOverlays: (overlays, clusters) => terminal.printError(describeIdle(overlays, clusters)),
    },
  );
  if (!stop.aborted) {
    const examples = await askExamples(standalone, folderOfReader(terminal)).catch((error: unknown) => {
      terminal.printError(`portcullis: the webhook could not be asked from here: ${String(error)}\n`);
      return [];
    });
    if (asJson) await terminal.print(`${JSON.stringify(announcementObject(standalone, examples))}\n`);
    await say(describeStandalone(standalone, { examples, paths, terminal }));
    await stopped(stop);
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

function describeProblems(problems: readonly FolderProblem[], terminal: Terminal): string {
  if (problems.length === 0) return "policies: mended\n";
  const lines = problems.map((problem) => `policies: ${describeMistake(problem, terminal)}`);
  return `${lines.join("")}policies: the last good revision stays in force until this is mended\n`;
}

/** Whoever reads the folder would think that they are in force. */
function describeIdle(overlays: readonly string[], clusters: readonly string[]): string {
  const advice = `the clusters that may ask are ${clusters.join(", ")}; map callers to theirs with --webhook-callers`;
  return overlays.map((glob) => `policies: overlays/${glob} is in force for nobody: ${advice}\n`).join("");
}
