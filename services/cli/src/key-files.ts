import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type LoadedSigningKey, loadSigningKey, loadTrustAnchors, type TrustAnchors } from "@portcullis/policy-bus";
import { defaultKeyFile, defaultTrustFile } from "./bus-options.ts";
import type { OptionValues } from "./command-definition.ts";
import { settingOf, settingsOf } from "./option-setting.ts";
import type { Terminal } from "./terminal.ts";

export type SigningKeys = readonly [LoadedSigningKey["key"], ...LoadedSigningKey["key"][]];

/** The trust file that the options name. Rejects with `SigningError`. */
export function loadTrust(options: OptionValues, terminal: Terminal): Promise<TrustAnchors> {
  return loadTrustAnchors(resolve(terminal.workingDirectory, settingOf(options, "trust", terminal) ?? defaultTrustFile));
}

/** The names of the signing keys' files as they were given. */
export function keyFilesOf(options: OptionValues, terminal: Terminal): readonly [string, ...string[]] {
  const [first = defaultKeyFile, ...others] = settingsOf(options, "key", terminal);
  return [first, ...others];
}

/** The signing keys that the options name; says on standard error what a careful operator would mend. Rejects with `SigningError`. */
export async function loadKeys(options: OptionValues, terminal: Terminal): Promise<SigningKeys> {
  const [first, ...others] = keyFilesOf(options, terminal);
  const load = (file: string) => loadKey(file, terminal);
  return [await load(first), ...(await Promise.all(others.map(load)))];
}

/** One signing key, likewise. */
export async function loadKey(file: string, terminal: Terminal): Promise<LoadedSigningKey["key"]> {
  const { key, warnings } = await loadSigningKey(resolve(terminal.workingDirectory, file));
  for (const warning of warnings) terminal.printError(`portcullis: ${warning}\n`);
  return key;
}

/** The files that the options name, which have to be there, or else the default one where it is: who only watches has no key. */
export function keyFilesAtHand(options: OptionValues, terminal: Terminal): readonly string[] {
  const files = keyFilesOf(options, terminal);
  if (settingsOf(options, "key", terminal).length > 0) return files;
  return files.filter((file) => existsSync(resolve(terminal.workingDirectory, file)));
}
