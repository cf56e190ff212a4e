import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What `distribution/reference` makes of a text. */
export interface GoAnswer {
  readonly ok: boolean;
  readonly host: string;
  readonly path: string;
  readonly tag: string | null;
  readonly digest: string | null;
  /** What containerd's CRI plugin would pull; empty where it refuses the text. */
  readonly pulled: string;
  /** Whether the text alone is the ID of a local image. */
  readonly isId: boolean;
}

/** Answers texts, one answer each, in their order. */
export type GoOracle = (texts: readonly string[]) => readonly GoAnswer[];

/** No Go, or a program that does not build or run. The message says what to do. */
export class GoOracleError extends Error {
  override readonly name = "GoOracleError";
}

/** Builds the program of `go-references/` into `PORTCULLIS_FUZZ_CACHE` or `~/.cache/portcullis/fuzz`. Throws `GoOracleError`. */
export function createGoOracle(env: NodeJS.ProcessEnv): GoOracle {
  const go = findGo();
  const cache = env["PORTCULLIS_FUZZ_CACHE"] ?? join(homedir(), ".cache", "portcullis", "fuzz");
  mkdirSync(cache, { recursive: true });
  const program = join(cache, `references-${process.platform}-${process.arch}${process.platform === "win32" ? ".exe" : ""}`);
  const built = spawnSync(go, ["build", "-trimpath", "-buildvcs=false", "-o", program, "."], {
    cwd: join(import.meta.dirname, "go-references"),
    env: { ...env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" },
    encoding: "utf8",
  });
  if (built.status !== 0) throw new GoOracleError(`go-references does not build: ${built.stderr}`);
  return (texts) => ask(program, texts);
}

function findGo(): string {
  const go = ["go", "/usr/local/go/bin/go"].find((name) => spawnSync(name, ["version"]).status === 0);
  if (go === undefined) throw new GoOracleError("no Go found to build go-references with: install Go 1.21 or newer, or put it on PATH");
  return go;
}

function ask(program: string, texts: readonly string[]): readonly GoAnswer[] {
  const input = texts.map((text) => `${JSON.stringify(text)}\n`).join("");
  const { status, stdout, stderr } = spawnSync(program, { input, encoding: "utf8", maxBuffer: 2 ** 30 });
  const answers = stdout.split("\n").slice(0, -1);
  if (status !== 0 || answers.length !== texts.length)
    throw new GoOracleError(`go-references answered ${answers.length} of ${texts.length}: ${stderr}`);
  return answers.map((line): GoAnswer => JSON.parse(line));
}
