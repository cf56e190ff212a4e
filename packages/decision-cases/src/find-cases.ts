import type { Bundle, BundleFile } from "@portcullis/policy";
import { type CaseProblem, type DecisionCases, DecisionCasesError } from "./decision-case.ts";
import { parseDecisionCases } from "./parse-decision-cases.ts";

/**
 * The cases that stand in a bundle, ordered by file: those of every YAML document with `kind: DecisionCases`. `policiesFrom` names
 * files and folders of the bundle. Cases that name no policies are about the bundle itself. Throws `DecisionCasesError`.
 */
export function findCases(bundle: Bundle): readonly DecisionCases[] {
  const problems: CaseProblem[] = [];
  const found = bundle.files.flatMap((file) => casesOf(file, bundle, problems) ?? []);
  if (problems.length > 0) throw new DecisionCasesError(problems);
  return found;
}

function casesOf(file: BundleFile, bundle: Bundle, problems: CaseProblem[]): DecisionCases | undefined {
  // Long lists are decoded when somebody asks for their text.
  if (!/\.ya?ml$/iu.test(file.path)) return undefined;
  const { path, text, rest } = file;
  // A document of cases is never so long that it comes in pieces, and most files hold none.
  if (rest !== undefined || !text.includes("DecisionCases")) return undefined;
  const parsed = parseDecisionCases(path, text, problems);
  if (parsed === undefined) return undefined;
  const { policiesFrom, bundle: own, ...cases } = parsed;
  const named = policiesFrom.flatMap((name) => filesBelow(bundle, { from: path, name }, problems));
  const isAlone = policiesFrom.length === 0 && own.files.every((file) => !/^kind:/mu.test(file.text));
  return { ...cases, bundle: isAlone ? bundle : { files: [...own.files, ...named] } };
}

/** As `loadDecisionCases` reads them: files of a folder by their path in it, a single file by its name. */
function filesBelow(
  { files }: Bundle,
  { from, name }: { readonly from: string; readonly name: string },
  problems: CaseProblem[],
): readonly BundleFile[] {
  const path = resolvePath(from, name);
  const single = files.find((file) => file.path === path);
  if (single !== undefined) return [{ ...single, path: single.path.slice(single.path.lastIndexOf("/") + 1) }];
  const prefix = path === "" ? "" : `${path}/`;
  const below = path === undefined ? [] : files.filter((file) => file.path.startsWith(prefix));
  if (below.length > 0) return below.map((file) => ({ ...file, path: file.path.slice(prefix.length) }));
  const message = `names ${JSON.stringify(name)}, and the folder that is published holds no such file; name one in it, or none to mean the whole folder`;
  problems.push({ file: from, line: 1, field: "policiesFrom", message });
  return [];
}

/** A path relative to a file of the bundle as a path in it; undefined where it leads out of it. */
function resolvePath(from: string, name: string): string | undefined {
  if (name.startsWith("/")) return undefined;
  const parts = from.split("/").slice(0, -1);
  for (const part of name.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}
