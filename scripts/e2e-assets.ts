// `npm run e2e:assets`: finds etcd, kube-apiserver and kubectl, or builds them from their Go modules into the cache.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { assetCacheDir, assetsIn, findAssets, versions } from "../test/e2e/assets.ts";

const started = performance.now();
const minGoMinor = 26;

class AssetError extends Error {}

try {
  const assets = findAssets(process.env) ?? (await buildAssets());
  say(`etcd, kube-apiserver and kubectl are in ${dirname(assets["kube-apiserver"])}`);
} catch (error) {
  if (!(error instanceof AssetError)) throw error;
  say(error.message);
  process.exitCode = 2;
}

async function buildAssets() {
  const go = findGo();
  const target = assetCacheDir(process.env);
  mkdirSync(dirname(target), { recursive: true });
  // Built beside the target and renamed at the end: an interrupted build never looks like a finished one.
  const work = mkdtempSync(`${target}.building-`);
  try {
    say(`building kube-apiserver and kubectl ${versions.kubernetes} and etcd ${versions.etcd} with ${go}: some minutes, once`);
    writeFileSync(join(work, "go.mod"), moduleFile(go, work));
    const bin = join(work, "bin");
    mkdirSync(bin);
    const kubernetesVersion = `-X k8s.io/component-base/version.gitVersion=${versions.kubernetes}`;
    const kubernetes = ["kube-apiserver", "kubectl"].map((program) => `k8s.io/kubernetes/cmd/${program}`);
    await build(go, work, ["-ldflags", `-s -w ${kubernetesVersion}`, "-o", `${bin}/`, ...kubernetes]);
    await build(go, work, ["-ldflags", "-s -w", "-o", join(bin, "etcd"), "go.etcd.io/etcd/server/v3"]);
    if (!existsSync(target)) renameSync(bin, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const assets = assetsIn(target);
  if (assets === undefined) throw new AssetError(`"${target}" does not hold all programs: remove it and run this command again`);
  return assets;
}

function findGo(): string {
  for (const go of ["go", "/usr/local/go/bin/go"]) {
    const { status, stdout } = spawnSync(go, ["env", "GOVERSION", "GOTOOLCHAIN"], { encoding: "utf8" });
    if (status !== 0) continue;
    const minor = Number(/^go1\.(\d+)/.exec(stdout)?.[1]);
    // An older Go (1.21 and up) fetches the toolchain that a module names, unless told not to.
    if (minor >= minGoMinor || (minor >= 21 && stdout.includes("auto"))) return go;
  }
  const version = `1.${minGoMinor}`;
  throw new AssetError(
    `no etcd, kube-apiserver and kubectl found, and no Go ${version} to build them: install Go ${version} or newer, or name a folder that holds all three in KUBEBUILDER_ASSETS (\`setup-envtest use 1.36 -p path\` prints one)`,
  );
}

/**
 * A module that requires Kubernetes as its release does. The libraries that live inside the Kubernetes repository carry
 * version 0.0.0 and a local path there; each was also published, and that is what takes their place.
 */
function moduleFile(go: string, work: string): string {
  const download = spawnSync(go, ["mod", "download", "-json", `k8s.io/kubernetes@${versions.kubernetes}`], { cwd: work, encoding: "utf8" });
  const found = /"GoMod": "([^"]+)"/.exec(download.stdout)?.[1];
  if (found === undefined)
    throw new AssetError(`the Go module k8s.io/kubernetes ${versions.kubernetes} cannot be fetched: ${download.stdout}${download.stderr}`);
  const upstream = readFileSync(found.replaceAll("\\\\", "\\"), "utf8");
  const staged = [...upstream.matchAll(/^\s+(k8s\.io\/\S+) v0\.0\.0$/gm)].map((match) => match[1]);
  const goVersion = /^go .*$/m.exec(upstream)?.[0] ?? `go 1.${minGoMinor}`;
  return [
    "module portcullis.dev/e2e",
    goVersion,
    "godebug default=go1.26",
    `require k8s.io/kubernetes ${versions.kubernetes}`,
    `require go.etcd.io/etcd/server/v3 ${versions.etcd}`,
    ...staged.map((name) => `replace ${name} => ${name} ${versions.staging}`),
    "",
  ].join("\n");
}

async function build(go: string, work: string, args: readonly string[]): Promise<void> {
  const environment = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
  const child = spawn(go, ["build", "-v", "-mod=mod", "-trimpath", "-buildvcs=false", ...args], {
    cwd: work,
    env: environment,
    stdio: ["ignore", "inherit", "pipe"],
  });
  const stop = () => child.kill("SIGTERM");
  process.once("SIGINT", stop).once("SIGTERM", stop);
  let packages = 0;
  let lastLines = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    packages += text.split("\n").length - 1;
    lastLines = (lastLines + text).slice(-2000);
  });
  const progress = setInterval(() => say(`… ${packages} packages fetched or compiled`), 20_000);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    if (code !== 0) throw new AssetError(`\`go build\` failed (${code ?? "interrupted"}); its last lines:\n${lastLines}`);
  } finally {
    clearInterval(progress);
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

function say(text: string): void {
  process.stdout.write(`[${((performance.now() - started) / 1000).toFixed(0)} s] e2e assets: ${text}\n`);
}
