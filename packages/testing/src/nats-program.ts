import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

/** Debian 12's release, and the newest that the Go module proxy has for the Go at hand; both are tested with. */
export const natsReleases = ["2.9", "newest"] as const;
export type NatsRelease = (typeof natsReleases)[number];

/** A nats-server on this machine. */
export interface NatsProgram {
  readonly path: string;
  /** Such as `2.9.10`. */
  readonly version: string;
}

/** The program, or one line that says what is missing and how to get it. */
export type FoundNatsProgram = NatsProgram | { readonly missing: string };

interface Release {
  readonly isMet: (version: string) => boolean;
  readonly modules: readonly string[];
}

const run = promisify(execFile);

/** Where Debian's and Homebrew's packages put it. */
const usualFolders: readonly string[] = ["/usr/sbin", "/opt/homebrew/bin"];

const releases: Readonly<Record<NatsRelease, Release>> = {
  "2.9": { isMet: (version) => version.startsWith("2.9."), modules: ["v2.9.10"] },
  newest: { isMet: (version) => isAtLeast(version, 2, 14), modules: ["v2.15.2", "v2.14.9"] },
};

/**
 * Looks in `NATS_SERVER_BIN`, PATH, where packages put it, and the cache (`PORTCULLIS_NATS_CACHE` or `~/.cache/portcullis/nats`);
 * else fills the cache: with the Debian package unpacked without root, or by building the Go module, which takes a minute.
 * Rejects under `CI=true` when that is impossible too.
 */
export async function findNatsProgram(
  release: NatsRelease,
  env: NodeJS.ProcessEnv = process.env,
  usual = usualFolders,
): Promise<FoundNatsProgram> {
  const cache = join(
    env["PORTCULLIS_NATS_CACHE"] ?? join(homedir(), ".cache", "portcullis", "nats"),
    `${process.platform}-${process.arch}`,
  );
  const program = (await installed(release, [...usual, ...(await foldersIn(cache))], env)) ?? (await fetched(release, cache, env));
  if (program !== undefined) return program;
  const missing =
    `nats-server ${release} is missing: set NATS_SERVER_BIN, or install ${release === "2.9" ? "Debian 12's nats-server" : "a newer one"}, ` +
    "or install Go, which builds it";
  if (env["CI"] === "true") throw new Error(missing);
  return { missing };
}

async function foldersIn(cache: string): Promise<readonly string[]> {
  return (await readdir(cache).catch(() => [])).toSorted().map((folder) => join(cache, folder));
}

async function installed(release: NatsRelease, usual: readonly string[], env: NodeJS.ProcessEnv): Promise<NatsProgram | undefined> {
  const named = env["NATS_SERVER_BIN"];
  const folders = [...(env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""), ...usual];
  const paths = [...(named === undefined ? [] : [named]), ...folders.map((folder) => join(folder, "nats-server"))];
  for (const path of new Set(paths)) {
    const version = existsSync(path) ? await versionOf(path) : undefined;
    if (version !== undefined && releases[release].isMet(version)) return { path, version };
  }
  return undefined;
}

async function versionOf(path: string): Promise<string | undefined> {
  const output = await run(path, ["--version"]).catch(() => undefined);
  return /v(\d+\.\d+\.\d+\S*)/.exec(output?.stdout ?? "")?.[1];
}

async function fetched(release: NatsRelease, cache: string, env: NodeJS.ProcessEnv): Promise<NatsProgram | undefined> {
  await mkdir(cache, { recursive: true });
  const scratch = await mkdtemp(join(cache, ".fetch-"));
  try {
    const unpacked = release === "2.9" ? await unpackDebian(scratch, env) : undefined;
    const path = unpacked ?? (await buildModule(releases[release].modules, scratch, env));
    const version = path === undefined ? undefined : await versionOf(path);
    if (path === undefined || version === undefined || !releases[release].isMet(version)) return undefined;
    return { path: await keep(path, join(cache, version)), version };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Whoever is first keeps it: two test runs may fetch at a time, and a program must not change under a running server. */
async function keep(path: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const kept = join(folder, "nats-server");
  if (!existsSync(kept)) await rename(path, kept);
  return kept;
}

async function unpackDebian(scratch: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  try {
    await run("apt-get", ["download", "nats-server"], { cwd: scratch, env });
    const [file] = (await readdir(scratch)).filter((name) => name.endsWith(".deb"));
    if (file === undefined) return undefined;
    await run("dpkg", ["-x", file, "."], { cwd: scratch, env });
    return join(scratch, "usr", "sbin", "nats-server");
  } catch {
    return undefined;
  }
}

async function buildModule(versions: readonly string[], scratch: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const version of versions) {
    const options = { env: { ...env, GOBIN: scratch, GOFLAGS: "-trimpath", CGO_ENABLED: "0" }, cwd: scratch };
    const built = await run("go", ["install", `github.com/nats-io/nats-server/v2@${version}`], options).catch(() => undefined);
    if (built !== undefined) return join(scratch, "nats-server");
  }
  return undefined;
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [foundMajor = 0, foundMinor = 0] = version.split(".").map(Number);
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}
