import { parseRevisionSelector, type RevisionSelector } from "@portcullis/control";
import type { RevisionToken } from "@portcullis/policy";
import type { ChainPosition } from "@portcullis/policy-bus";
import { CliError } from "./cli-error.ts";

/**
 * Reads `newest`, `7`, `2/7` or `default/2/7`. `lineage`: of the trust file; undefined where a control service has it. Throws
 * `CliError`, also where the name is of another lineage.
 */
export function parseRevisionName(text: string, lineage: string | undefined): RevisionSelector {
  const { named, numbers } = splitName(text);
  if (named !== undefined && lineage !== undefined && named !== lineage) {
    throw new CliError("cli-usage", `"${text}" is a revision of "${named}", and the trust file is about "${lineage}"`);
  }
  const selector = parseRevisionSelector((numbers ?? text).replace("/", "."));
  if (selector !== undefined) return selector;
  throw new CliError("cli-usage", `"${text}" names no revision; write 7, 2/7, ${lineage ?? "default"}/2/7 or newest`);
}

/** Reads a revision with its epoch, as `2/7` or `default/2/7`; `null` for `none`. Throws `CliError`. */
export function parseBase(text: string, lineage: string | undefined): RevisionToken | null {
  if (text === "none") return null;
  const selector = parseRevisionName(text, lineage);
  const of = lineage ?? splitName(text).named;
  if (of !== undefined && selector !== "newest" && selector.epoch !== undefined) {
    return { lineage: of, epoch: selector.epoch, revision: selector.revision };
  }
  throw new CliError("cli-usage", `"${text}" names no revision in full; write ${lineage ?? "default"}/2/7, or none for --base`);
}

/** Reads `2/7@sha256:…`. Throws `CliError`. */
export function parsePosition(text: string, lineage: string | undefined): ChainPosition {
  const [name = "", digest = ""] = text.split("@");
  const token = parseBase(name, lineage);
  if (token !== null && /^sha256:[0-9a-f]{64}$/.test(digest)) return { epoch: token.epoch, revision: token.revision, digest };
  throw new CliError("cli-usage", `"${text}" names no revision with its digest; write 2/7@sha256:…, as \`revisions show\` prints it`);
}

function splitName(text: string): { readonly named: string | undefined; readonly numbers: string | undefined } {
  const [, named, numbers] = /^(?:([A-Za-z0-9_-]+)\/)?(\d+[/.]\d+)$/.exec(text) ?? [];
  return { named, numbers };
}
