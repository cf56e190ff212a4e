import { resolve } from "node:path";
import type { Bundle } from "@portcullis/policy";
import { loadPolicyBundle } from "@portcullis/policy-bus";
import { nameFrom } from "./name-from.ts";
import type { Terminal } from "./terminal.ts";

/** Policies that a command was given. */
export interface LoadedPolicies {
  readonly bundle: Bundle;
  /** Findings about the bundle, with files named as they can be opened from the working directory. */
  readonly placed: <Found extends { readonly file: string }>(findings: readonly Found[]) => readonly Found[];
}

/** Reads folders and files. Rejects with `PolicyFolderError`. */
export async function loadPolicies(paths: readonly string[], { workingDirectory }: Terminal): Promise<LoadedPolicies> {
  const { bundle, locationOf } = await loadPolicyBundle(paths);
  const nameOf = (file: string) => nameFrom(workingDirectory, resolve(workingDirectory, locationOf(file)));
  return { bundle, placed: (findings) => findings.map((found) => ({ ...found, file: nameOf(found.file) })) };
}
