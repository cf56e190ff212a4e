import { type Bundle, compile, explain, PolicyCompileError, type Workload } from "@portcullis/policy";
import { describe, expect, it } from "vitest";
import { bundleDigest } from "./bundle-digest.ts";
import { type CompileInWorkerOptions, compileInWorker } from "./compile-in-worker.ts";
import { CompileWorkerError } from "./compile-worker-error.ts";
import { decodeBundle, encodeBundle } from "./signing/bundle-bytes.ts";

const revision = { lineage: "test", epoch: 1, revision: 7 };

function aPolicy(name: string, spec: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ apiVersion: "portcullis.dev/v1", kind: "ImagePolicy", metadata: { name }, spec });
}

function aPod(...images: readonly string[]): Workload {
  return {
    via: "admission",
    cluster: "prod-eu",
    namespace: "default",
    group: "",
    kind: "Pod",
    name: "pod",
    operation: "CREATE",
    images: images.map((image) => ({ image, field: "containers", container: "main" })),
    imagesUnchanged: false,
    annotations: {},
    unknownImageLists: [],
  };
}

const list = Array.from({ length: 3_000 }, (_, index) => `registry.example/team-${index % 50}/app-${index}`).join("\n");
const bundle: Bundle = {
  files: [
    {
      path: "a.yaml",
      text: `${aPolicy("long", { allow: ["nginx", "**/*de*bug*"], allowFrom: ["long.txt", "short.txt"], deny: ["**/x"] })}\n---\n${aPolicy("same", { denyFrom: "short.txt" })}`,
    },
    { path: "long.txt", text: list.slice(0, 1_000), rest: [list.slice(1_000, 1_001), list.slice(1_001)] },
    { path: "overlays/prod-*/b.yaml", text: aPolicy("overlay", { match: { namespaces: ["pay", "default"] }, deny: ["**/app-7"] }) },
    { path: "overlays/canary/c.yaml", text: aPolicy("canary", { deny: ["**"] }) },
    { path: "short.txt", text: "# none\nb.example/*" },
  ],
};

function program(source: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from "node:worker_threads"; ${source}`)}`);
}

async function failureOf(options: Partial<CompileInWorkerOptions>, of: Bundle = bundle): Promise<unknown> {
  try {
    return await compileInWorker(of, { revision, ...options });
  } catch (error) {
    return error;
  }
}

describe("compileInWorker", () => {
  const images = ["nginx", "registry.example/team-7/app-7", "registry.example/team-7/app-8", "b.example/x", "c.example/mydebugger", "A/B"];

  it.each([undefined, "prod-eu", "canary"])(
    "gives for cluster %s a snapshot that explains as the one that is compiled here",
    async (cluster) => {
      const here = compile(bundle, { revision, cluster });

      const there = await compileInWorker(bundle, { revision, cluster });

      expect(explain(there, aPod(...images))).toEqual(explain(here, aPod(...images)));
      expect(there).toMatchObject({ revision, patternCount: here.patternCount, defaultVerdict: "deny", shortNames: "dockerHub" });
    },
  );

  it("gives the same for a bundle that came as bytes, and decodes no long list here", async () => {
    const long = Array.from({ length: 60_000 }, (_, index) => `registry.example/team-${index % 50}/app-${index} # größer`).join("\n");
    const text = aPolicy("long", { allow: ["nginx"], denyFrom: "long.txt" });
    const whole = {
      files: [
        { path: "a.yaml", text },
        { path: "long.txt", text: long },
      ],
    };
    const bytes = await encodeBundle(whole);

    const decoded = await decodeBundle(bytes, { digest: await bundleDigest(whole), sizeBytes: bytes.length });
    const there = decoded.ok ? await compileInWorker(decoded.bundle, { revision }) : undefined;

    expect(there === undefined ? undefined : explain(there, aPod(...images))).toEqual(
      explain(compile(whole, { revision }), aPod(...images)),
    );
    expect(decoded).toMatchObject({
      bundle: { files: [{ text }, { text: expect.stringMatching(/^registry/u), rest: [expect.any(String), expect.any(String)] }] },
    });
  });

  it.each<[string, Bundle]>([
    [
      "documents and lists",
      {
        files: [
          { path: "a.yaml", text: `${aPolicy("a", { alow: [] })}\n---\nkind: Pod` },
          { path: "b.txt", text: "a//b" },
        ],
      },
    ],
    [
      "a list of wrong lines",
      {
        files: [
          { path: "a.yaml", text: aPolicy("a", { denyFrom: "b.txt" }) },
          { path: "b.txt", text: "a//b\n".repeat(900_000) },
        ],
      },
    ],
    ["documents in pieces", { files: [{ path: "a.yaml", text: aPolicy("a", { deny: ["x"] }), rest: [] }] }],
    ["documents that are too long", { files: [{ path: "a.yaml", text: `# ${"x".repeat(3 * 1024 * 1024)}` }] }],
    ["nothing", { files: [] }],
  ])("reports the mistakes of %s as compile does", async (_, broken) => {
    const there = await failureOf({}, broken);

    expect(there).toBeInstanceOf(PolicyCompileError);
    expect(there).toEqual(expect.objectContaining({ problems: problemsOf(broken) }));
  });

  it.each([
    ["fails", "parentPort.on('message', () => { throw new Error('boom'); })"],
    ["ends", "parentPort.on('message', () => process.exit(1))"],
    ["cannot start", "throw new Error('boom');"],
  ])("rejects, and the process goes on, where the thread %s", async (_, source) => {
    const error = await failureOf({ program: program(source) });

    expect(error).toBeInstanceOf(CompileWorkerError);
    expect(error).toMatchObject({ code: "policy-worker-failed" });
  });

  it("rejects where the thread takes too long", async () => {
    const error = await failureOf({ program: program("parentPort.on('message', () => { for (;;); })"), timeoutMs: 300 });

    expect(error).toMatchObject({ code: "policy-worker-timeout" });
  });

  it("rejects where the thread needs more memory than it may", async () => {
    const documents = Array.from({ length: 20 }, (_, file) => ({
      path: `${file}.yaml`,
      text: aPolicy(`p${file}`, { deny: Array.from({ length: 8_000 }, (_, index) => `registry.example/${index}`) }),
    }));

    const error = await failureOf({ maxHeapMiB: 16 }, { files: documents });

    expect(error).toMatchObject({ code: "policy-worker-failed", cause: { code: "ERR_WORKER_OUT_OF_MEMORY" } });
  });
});

function problemsOf(broken: Bundle) {
  try {
    compile(broken, { revision });
  } catch (error) {
    if (error instanceof PolicyCompileError) return error.problems;
  }
  throw new Error("it compiles");
}
