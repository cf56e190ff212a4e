import { parseRevisionSelector, type RevisionSelector } from "@portcullis/control";
import type { RevisionToken } from "@portcullis/policy";
import type { ChainPosition } from "@portcullis/policy-bus";
import { CliError } from "./cli-error.ts";

/** Reads `newest`, `7`, `2/7` or `default/2/7`. Throws `CliError`, also where the lineage is another than the trusted one. */
export function parseRevisionName(text: string, lineage: string): RevisionSelector {
  const [, named, numbers] = /^(?:([A-Za-z0-9_-]+)\/)?(\d+[/.]\d+)$/.exec(text) ?? [];
  if (named !== undefined && named !== lineage) {
    throw new CliError("cli-usage", `"${text}" is a revision of "${named}", and the trust file is about "${lineage}"`);
  }
  const selector = parseRevisionSelector((numbers ?? text).replace("/", "."));
  if (selector !== undefined) return selector;
  throw new CliError("cli-usage", `"${text}" names no revision; write 7, 2/7, ${lineage}/2/7 or newest`);
}

/** Reads a revision with its epoch, as `2/7` or `default/2/7`; `null` for `none`. Throws `CliError`. */
export function parseBase(text: string, lineage: string): RevisionToken | null {
  if (text === "none") return null;
  const selector = parseRevisionName(text, lineage);
  if (selector !== "newest" && selector.epoch !== undefined) return { lineage, epoch: selector.epoch, revision: selector.revision };
  throw new CliError("cli-usage", `--base "${text}" names no revision with its epoch; write ${lineage}/2/7, or none`);
}

/** Reads `2/7@sha256:…`. Throws `CliError`. */
export function parsePosition(text: string, lineage: string): ChainPosition {
  const [name = "", digest = ""] = text.split("@");
  const token = parseBase(name, lineage);
  if (token !== null && /^sha256:[0-9a-f]{64}$/.test(digest)) return { epoch: token.epoch, revision: token.revision, digest };
  throw new CliError("cli-usage", `"${text}" names no revision with its digest; write 2/7@sha256:…, as \`revisions show\` prints it`);
}
