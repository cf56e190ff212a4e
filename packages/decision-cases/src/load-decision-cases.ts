import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { type CaseProblem, type DecisionCases, DecisionCasesError } from "./decision-case.ts";
import { type ParsedCases, parseDecisionCases } from "./parse-decision-cases.ts";

/** The cases of a file, and where the policies stand that they are about. */
export interface LoadedCases extends DecisionCases {
  /** From a path in the bundle to the file it was read from. What stands in the case file under `files` is its own answer. */
  readonly locationOf: (path: string) => string;
}

/**
 * Reads case files: each path is one, or a folder in which every `.yaml` file with `kind: DecisionCases` is one.
 * Throws `DecisionCasesError` with all mistakes of all files.
 */
export async function loadDecisionCases(paths: readonly string[]): Promise<readonly LoadedCases[]> {
  const problems: CaseProblem[] = [];
  const loaded: LoadedCases[] = [];
  for (const path of paths) {
    const files = await listFiles(path, problems);
    const found = await Promise.all(files.filter(isYaml).map((file) => loadFile(file, problems)));
    const cases = found.filter((each) => each !== undefined);
    if (cases.length === 0 && problems.length === 0) problems.push(problemOf(path, 'holds no document with kind "DecisionCases"'));
    loaded.push(...cases);
  }
  if (problems.length > 0) throw new DecisionCasesError(problems);
  return loaded;
}

async function loadFile(file: string, problems: CaseProblem[]): Promise<LoadedCases | undefined> {
  const parsed = parseDecisionCases(file, await readFile(file, "utf8"), problems);
  if (parsed === undefined) return undefined;
  const { policiesFrom, bundle, ...cases } = parsed;
  const policies = await readPolicies(parsed, policiesFrom, problems);
  const locations = new Map([[basename(file), file], ...policies.map(({ path, location }) => [path, location] as const)]);
  return {
    ...cases,
    bundle: { files: [...bundle.files, ...policies.map(({ path, text }) => ({ path, text }))] },
    locationOf: (path) => locations.get(path) ?? path,
  };
}

interface ReadPolicy {
  readonly path: string;
  readonly text: string;
  readonly location: string;
}

async function readPolicies(
  { file }: ParsedCases,
  policiesFrom: readonly string[],
  problems: CaseProblem[],
): Promise<readonly ReadPolicy[]> {
  const read: ReadPolicy[] = [];
  for (const name of policiesFrom) {
    const root = join(dirname(file), name);
    const paths = await listFiles(root, problems);
    // A single file is its own and only entry.
    const base = paths[0] === root ? dirname(root) : root;
    for (const path of paths) {
      read.push({ path: relative(base, path).replaceAll(sep, "/"), text: await readFile(path, "utf8"), location: path });
    }
  }
  return read;
}

/** A file is itself; a folder is all files below it, hidden ones left out, in a fixed order. */
async function listFiles(path: string, problems: CaseProblem[]): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map((entry) => join(entry.parentPath, entry.name));
    return files.sort();
  } catch (error) {
    problems.push(problemOf(path, whyUnreadable(error)));
    return [];
  }
}

function whyUnreadable(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT")
    return "does not exist; name a file or folder of cases or policies";
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

function isYaml(path: string): boolean {
  return /\.ya?ml$/u.test(path);
}

function problemOf(file: string, message: string): CaseProblem {
  return { file, line: 0, field: "", message };
}
