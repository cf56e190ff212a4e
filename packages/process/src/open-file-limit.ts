import { readFile } from "node:fs/promises";

/** The 4,096 connections that a service takes at a time, and as many for everything else. */
const fewFiles = 8_192;

/**
 * What to say of a process that may open too few files at once; undefined where all is well, or where nobody can tell: only Linux says it.
 * Without file descriptors the system refuses connections before the service sees them, so that this is the one time to say it.
 */
export async function describeOpenFileLimit(limits = "/proc/self/limits"): Promise<string | undefined> {
  const text = await readFile(limits, "utf8").catch(() => "");
  const [, limit] = /^Max open files +(\d+)/m.exec(text) ?? [];
  if (limit === undefined || Number(limit) >= fewFiles) return undefined;
  return `this process may have ${limit} files and connections open at once, and refuses what comes beyond; let it have ${fewFiles} (ulimit -n, LimitNOFILE)`;
}
