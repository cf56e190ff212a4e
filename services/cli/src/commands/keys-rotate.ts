import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { PolicyAdministration, PublishResult, RevisionList } from "@portcullis/control";
import { formatRevision } from "@portcullis/policy";
import {
  generateSigningKey,
  type PublicKeyEntry,
  type SigningKey,
  type TrustAnchors,
  writeSigningKey,
  writeTrustAnchors,
} from "@portcullis/policy-bus";
import { assertNewFile } from "../assert-new-file.ts";
import { defaultTrustFile } from "../bus-options.ts";
import { CliError } from "../cli-error.ts";
import { isJson, type OptionValues, type RunCommand, textOption } from "../command-definition.ts";
import { keyFilesOf, loadKey, loadKeys } from "../key-files.ts";
import { secondsOption } from "../number-option.ts";
import { withAdministration } from "../open-administration.ts";
import { settingOf } from "../option-setting.ts";
import { answerPublish } from "../publish-answer.ts";
import type { Terminal } from "../terminal.ts";
import { unlessStopped } from "../unless-stopped.ts";

/** `portcullis keys rotate`. */
export const keysRotate: RunCommand = async ({ options }, terminal) => {
  const nextFile = textOption(options, "next-key") ?? "";
  const newTrust = textOption(options, "new-trust");
  const timeoutMs = secondsOption(options, "timeout");
  if (newTrust !== undefined) assertNewFile(newTrust, terminal);
  return withAdministration({ options, terminal, signs: "always" }, async (administration) => {
    const known = await administration.revisions();
    assertNotEmpty(known);
    const current = options["keep"] === true ? [] : await loadKeys(options, terminal);
    // Written before it is named: a key that replicas wait for must not be lost.
    const next = await loadOrMakeKey(nextFile, terminal);
    const nextKeys = keysAfter(known, current, next);
    const result = await unlessStopped(terminal.stopSignal(), publishNext(administration, known, { nextKeys, timeoutMs }));
    const status = await answerPublish(result, { options, terminal, extra: { nextKeyId: next.entry.keyId, nextKeyFile: nextFile } });
    if (result.outcome !== "published" && result.outcome !== "unchanged") return status;
    const { token, digest } = result.revision;
    const startsAfter = { epoch: token.epoch, revision: token.revision, digest };
    const trust: TrustAnchors = { lineage: known.lineage, keys: nextKeys, startsAfter };
    if (newTrust !== undefined) await writeTrustAnchors(resolve(terminal.workingDirectory, newTrust), trust);
    if (!isJson(options)) await terminal.print(describeNext(options, terminal, formatRevision(token)));
    return status;
  });
};

function assertNotEmpty({ revisions }: RevisionList): void {
  if (revisions.length > 0) return;
  const message = "no revision was published yet, so that no replica waits for one by this key: run `portcullis keys init` anew";
  throw new CliError("cli-nothing-published", message);
}

/** Taken up where an attempt before was interrupted: then the file is there. */
async function loadOrMakeKey(file: string, terminal: Terminal): Promise<SigningKey> {
  const path = resolve(terminal.workingDirectory, file);
  if (existsSync(path)) return loadKey(file, terminal);
  const key = generateSigningKey();
  await writeSigningKey(path, key);
  return key;
}

/** Keys of other people stay: each rotates their own. */
function keysAfter({ keys }: RevisionList, leaving: readonly SigningKey[], next: SigningKey): readonly PublicKeyEntry[] {
  const gone = new Set([...leaving, next].map(({ entry }) => entry.keyId));
  return [...keys.filter(({ keyId }) => !gone.has(keyId)), next.entry];
}

/** Publishes, unless the log names exactly these keys already: the answer to an attempt before may have been lost. */
async function publishNext(
  administration: PolicyAdministration,
  { revisions, keys }: RevisionList,
  { nextKeys, timeoutMs }: { readonly nextKeys: readonly PublicKeyEntry[]; readonly timeoutMs: number | undefined },
): Promise<PublishResult> {
  const newest = revisions.at(-1);
  const known = new Set(keys.map(({ keyId }) => keyId));
  const isDone = known.size === nextKeys.length && nextKeys.every(({ keyId }) => known.has(keyId));
  if (isDone && newest !== undefined) return { outcome: "unchanged", revision: newest };
  return administration.rotateKeys({ nextKeys, base: newest?.token ?? null, ...(timeoutMs !== undefined && { timeoutMs }) });
}

function describeNext(options: OptionValues, terminal: Terminal, name: string): string {
  const next = textOption(options, "next-key") ?? "";
  const newTrust = textOption(options, "new-trust");
  const isKept = options["keep"] === true;
  const trust = settingOf(options, "trust", terminal) ?? defaultTrustFile;
  const until = `delete it once \`portcullis fleet\` shows every replica at ${name} or later, and a backup of the log holds that`;
  const lines = [
    `${next}: ${isKept ? "may sign" : "signs"} from now on; back it up, and publish with --key ${next}`,
    ...keyFilesOf(options, terminal).map((file) => `${file}: ${isKept ? "goes on signing too" : `signs nothing any more; ${until}`}`),
    newTrust === undefined
      ? `${trust}: stays as it is; the log leads from its keys to the next`
      : `${newTrust}: give it to every replica, and publish once more: who begins with it serves what comes after ${name}`,
  ];
  return `${lines.join("\n")}\n`;
}
