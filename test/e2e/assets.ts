import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** What the control plane is built from. etcd is the release that this Kubernetes release itself requires. */
export const versions = { kubernetes: "v1.36.3", staging: "v0.36.3", etcd: "v3.6.8" } as const;

/** The programs that an end-to-end run needs, as envtest names them. */
export const programs = ["etcd", "kube-apiserver", "kubectl"] as const;

/** Where each program lies. */
export type Assets = Readonly<Record<(typeof programs)[number], string>>;

/** The folder that `npm run e2e:assets` fills: `PORTCULLIS_E2E_CACHE` or `~/.cache/portcullis/e2e`, below it one folder per set of versions. */
export function assetCacheDir(env: NodeJS.ProcessEnv): string {
  const cache = env["PORTCULLIS_E2E_CACHE"] ?? join(homedir(), ".cache", "portcullis", "e2e");
  return join(cache, `kubernetes-${versions.kubernetes}-etcd-${versions.etcd}-${process.platform}-${process.arch}`);
}

/**
 * The programs, all from one folder: `KUBEBUILDER_ASSETS` (taken as it is), a folder of PATH that holds all of them in the
 * Kubernetes minor release we test with, or the cache. `undefined` when no folder holds all.
 */
export function findAssets(env: NodeJS.ProcessEnv): Assets | undefined {
  const named = env["KUBEBUILDER_ASSETS"];
  if (named !== undefined && named !== "") return assetsIn(named);
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    const assets = folder === "" ? undefined : assetsIn(folder);
    if (assets !== undefined && isTestedMinor(assets)) return assets;
  }
  return assetsIn(assetCacheDir(env));
}

/** The programs in one folder, or `undefined` unless it holds all of them. */
export function assetsIn(folder: string): Assets | undefined {
  const [etcd, apiServer, kubectl] = programs.map((program) => join(folder, program));
  if (etcd === undefined || apiServer === undefined || kubectl === undefined) return undefined;
  return [etcd, apiServer, kubectl].every(existsSync) ? { etcd, "kube-apiserver": apiServer, kubectl } : undefined;
}

function isTestedMinor(assets: Assets): boolean {
  const minor = versions.kubernetes.split(".").slice(0, 2).join(".");
  return spawnSync(assets["kube-apiserver"], ["--version"], { encoding: "utf8" }).stdout.includes(`${minor}.`);
}
