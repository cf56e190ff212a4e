import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { ensureDevelopmentPki } from "@portcullis/pki";
import { createTemporaryFolder, findFreePort, type LaunchedProcess, launchProcess, type NatsProgram } from "@portcullis/testing";

const root = resolve(import.meta.dirname, "../..");

/** What a page has its reader do, and what it says that happens. */
export type TutorialStep =
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  | { readonly kind: "background" | "interrupted"; readonly command: string }
  | { readonly kind: "run"; readonly commands: string; readonly exitStatus: number; readonly output: string | undefined };

/** Reads the fenced blocks of a page: `yaml FILE`, `sh background`, `sh interrupted`, and `sh` with the `text` that follows. */
export function parseTutorial(page: string): readonly TutorialStep[] {
  const blocks = [...page.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(([, language = "", word = "", text = ""]) => ({
    language,
    word,
    text,
  }));
  return blocks.flatMap(({ language, word, text }, index): readonly TutorialStep[] => {
    if (language === "yaml") return [{ kind: "file", path: word, text }];
    if (word === "background" || word === "interrupted") return [{ kind: word, command: text.trim() }];
    if (language !== "sh") return [];
    const next = blocks[index + 1];
    const exitStatus = Number(/# exit status (\d)$/m.exec(text)?.[1] ?? 0);
    return [{ kind: "run", commands: text, exitStatus, output: next?.language === "text" ? next.text : undefined }];
  });
}

/** A folder in which a page's steps are done, with ports that were free. */
export interface TutorialReader extends AsyncDisposable {
  /** Does a step; resolves with what it printed. Progress goes to standard error, and only where something took long. */
  follow(step: TutorialStep): Promise<{ readonly exitStatus: number; readonly output: string; readonly error: string }>;
}

const nothingPrinted = { exitStatus: 0, output: "", error: "" };

export async function startTutorial(nats: NatsProgram): Promise<TutorialReader> {
  const folder = await createTemporaryFolder();
  const natsPort = await findFreePort();
  const running: LaunchedProcess[] = [];
  const exports: string[] = [];

  const here = (text: string) =>
    text
      .replaceAll("4222", String(natsPort))
      .replaceAll(/\b844[45]\b/g, "0")
      .replaceAll("npx portcullis", join(root, "services/cli/bin/portcullis.mjs"))
      .replaceAll("node scripts/run.mjs node ", `${process.execPath} --conditions=source ${root}/`)
      .replaceAll("examples/", `${root}/examples/`);

  async function run(commands: string) {
    const child = spawn("bash", ["-c", [...exports, here(commands)].join("\n")], {
      cwd: folder.path,
      env: { ...process.env, PORTCULLIS_PUBLISHER: "you@here" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [[code], output, error] = await Promise.all([once(child, "close"), readAll(child.stdout), readAll(child.stderr)]);
    exports.push(
      ...here(commands)
        .split("\n")
        .filter((line) => line.startsWith("export ")),
    );
    return { exitStatus: Number(code), output, error };
  }

  async function launch(command: string): Promise<void> {
    const [program = "", ...args] = here(command).split(" ");
    running.push(await launchProcess({ command: program === "nats-server" ? nats.path : program, args, cwd: folder.path }));
  }

  return {
    async follow(step) {
      if (step.kind === "run") return run(step.commands);
      if (step.kind === "file") await folder.write(step.path, here(step.text));
      else if (step.kind === "background") await launch(step.command);
      // What stays of a server that was started and stopped.
      else await ensureDevelopmentPki(join(folder.path, "try/certificates"));
      return nothingPrinted;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map((process_) => process_.stop(5_000)));
      await folder.remove();
    },
  };
}

/** What differs from run to run, made equal. A replica may be ready before it is first looked at. */
export function withoutAccidents(output: string): string {
  return output
    .replaceAll(/^.* pending: .*\n/gm, "")
    .replaceAll(/sha256:[0-9a-f]+/g, "sha256:#")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(/^\d\d:\d\d:\d\d /gm, "CLOCK ")
    .replaceAll(/[\d.]+ s ago/g, "# s ago")
    .replaceAll(/ +/g, " ");
}
