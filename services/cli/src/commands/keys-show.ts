import { formatRevision, type RevisionToken } from "@portcullis/policy";
import { readRevisions, type TrustAnchors } from "@portcullis/policy-bus";
import { defaultTrustFile } from "../bus-options.ts";
import { isJson, type OptionValues, type RunCommand } from "../command-definition.ts";
import { keyFilesAtHand, loadKey, loadTrust } from "../key-files.ts";
import { hasBus, withRevisionLog } from "../open-revision-log.ts";
import { settingOf } from "../option-setting.ts";
import { styled, type Terminal } from "../terminal.ts";

/** Key ids everywhere. */
interface KeyReport {
  readonly lineage: string;
  readonly trusted: readonly string[];
  /** Only with `--bus`: the keys that may sign what comes after `head`. */
  readonly log?: { readonly head: RevisionToken | null; readonly trusted: readonly string[] };
  readonly keys: readonly { readonly file: string; readonly keyId: string; readonly maySign: boolean }[];
}

/** `portcullis keys show`. */
export const keysShow: RunCommand = async ({ options }, terminal) => {
  const anchors = await loadTrust(options, terminal);
  const log = hasBus(options, terminal) ? await readTrusted(options, terminal, anchors) : undefined;
  const trusted = anchors.keys.map(({ keyId }) => keyId);
  const maySign = new Set(log?.trusted ?? trusted);
  const keys: KeyReport["keys"][number][] = [];
  for (const file of keyFilesAtHand(options, terminal)) {
    const { keyId } = (await loadKey(file, terminal)).entry;
    keys.push({ file, keyId, maySign: maySign.has(keyId) });
  }
  const report: KeyReport = { lineage: anchors.lineage, trusted, ...(log !== undefined && { log }), keys };
  const trustFile = settingOf(options, "trust", terminal) ?? defaultTrustFile;
  await terminal.print(isJson(options) ? `${JSON.stringify(report)}\n` : describe(report, { trustFile, terminal }));
  return keys.some((key) => key.maySign) ? 0 : 1;
};

async function readTrusted(options: OptionValues, terminal: Terminal, anchors: TrustAnchors): Promise<Required<KeyReport>["log"]> {
  const { chain } = await withRevisionLog(options, terminal, (log) => readRevisions(log, anchors));
  const { lineage, head, keys } = chain;
  const token = head === undefined ? null : { lineage, epoch: head.epoch, revision: head.revision };
  return { head: token, trusted: keys.map(({ keyId }) => keyId) };
}

function describe({ lineage, trusted, log, keys }: KeyReport, { trustFile, terminal }: { trustFile: string; terminal: Terminal }): string {
  const files = new Map(keys.map(({ keyId, file }) => [keyId, file]));
  const line = (keyId: string) => `  ${keyId}${files.has(keyId) ? `  (${files.get(keyId)})` : ""}`;
  const name = log === undefined || log.head === null ? undefined : formatRevision(log.head);
  const strangers = keys.filter(({ maySign }) => !maySign);
  const lines = [
    `${trustFile}: replicas of "${lineage}" begin with`,
    ...trusted.map(line),
    ...(log === undefined
      ? []
      : [name === undefined ? "the log is empty: its first revision may be signed by" : `after ${name} the log may go on with`]),
    ...(log?.trusted ?? []).map(line),
    ...strangers.map(({ file, keyId }) => `${styled(terminal, "yellow", "may sign nothing now")}: ${keyId}  (${file})`),
    ...(keys.length === 0 ? ["no signing key is at hand"] : []),
  ];
  return `${lines.join("\n")}\n`;
}
