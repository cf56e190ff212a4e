import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import {
  formatTrustAnchors,
  generateSigningKey,
  parseTrustAnchors,
  type TrustAnchors,
  writeSigningKey,
  writeTrustAnchors,
} from "@portcullis/policy-bus";
import { assertNewFile } from "../assert-new-file.ts";
import { defaultKeyFile, defaultTrustFile } from "../bus-options.ts";
import { isJson, type RunCommand, textOption } from "../command-definition.ts";
import { settingOf } from "../option-setting.ts";

/** `portcullis keys init`. */
export const keysInit: RunCommand = async ({ options }, terminal) => {
  const keyFile = settingOf(options, "key", terminal) ?? defaultKeyFile;
  const trustFile = settingOf(options, "trust", terminal) ?? defaultTrustFile;
  const key = generateSigningKey();
  const anchors: TrustAnchors = { lineage: textOption(options, "lineage") ?? "default", keys: [key.entry] };
  const paths = { key: resolve(terminal.workingDirectory, keyFile), trust: resolve(terminal.workingDirectory, trustFile) };
  // Replicas that were given the one that is there would believe nothing that the new key signs.
  assertNewFile(trustFile, terminal);
  parseTrustAnchors(Buffer.from(formatTrustAnchors(anchors)), trustFile);
  await writeSigningKey(paths.key, key);
  await writeTrustAnchors(paths.trust, anchors).catch(async (error: unknown) => {
    // A key that nothing names would only be in the way of the next attempt.
    await rm(paths.key, { force: true });
    throw error;
  });
  const { keyId } = key.entry;
  const { lineage } = anchors;
  const lines = [
    `${keyFile}: a new signing key, ${keyId}`,
    "  whoever has it can publish policies: back it up where few can read it, and keep it out of version control",
    `${trustFile}: whom replicas believe about "${lineage}"`,
    "  give it to every replica; it is no secret, but nobody else may change it there",
  ];
  await terminal.print(isJson(options) ? `${JSON.stringify({ lineage, keyId, keyFile, trustFile })}\n` : `${lines.join("\n")}\n`);
  return 0;
};
