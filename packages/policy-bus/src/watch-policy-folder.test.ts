import { EventEmitter, on } from "node:events";
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bundle } from "@portcullis/policy";
import { describe, expect, it, onTestFinished } from "vitest";
import { memoryPolicyBus } from "./memory-policy-bus.ts";
import type { FolderProblem } from "./policy-folder-problem.ts";
import { type PublishedFolder, type WatchPolicyFolderOptions, watchPolicyFolder } from "./watch-policy-folder.ts";

describe("watchPolicyFolder", () => {
  it("publishes the folder before it resolves", async () => {
    const folder = await aFolder({ "policy.yaml": aPolicy("quay.io/acme/**") });

    const { published } = await watched(folder);

    expect(published.map(({ files }) => files.map(({ path }) => path))).toEqual([["policy.yaml"]]);
  });

  it("publishes an edit without a restart", async () => {
    const folder = await aFolder({ "policy.yaml": aPolicy("quay.io/acme/**") });
    const { published, nextPublished } = await watched(folder);

    await writeFile(join(folder, "policy.yaml"), aPolicy("quay.io/other/**"));
    await nextPublished();

    expect(published.at(-1)?.files[0]?.text).toContain("quay.io/other/**");
  });

  it("keeps the last good bundle and says file, line and field when an edit does not compile", async () => {
    const folder = await aFolder({ "policy.yaml": aPolicy("quay.io/acme/**") });
    const { watch, published, nextProblem, nextPublished } = await watched(folder);

    await writeFile(join(folder, "policy.yaml"), aPolicy("quay.io*"));
    const problems = await nextProblem();

    expect(problems).toMatchObject([{ file: join(folder, "policy.yaml"), line: 5, field: "spec.allow[0]" }]);
    expect(watch.problems()).toEqual(problems);
    expect(published).toHaveLength(1);

    await writeFile(join(folder, "policy.yaml"), aPolicy("quay.io/**"));
    await nextPublished();

    await expect.poll(() => watch.problems()).toEqual([]);
  });

  it("clears a problem without a new revision when the files are again what is served", async () => {
    const folder = await aFolder({ "policy.yaml": aPolicy("quay.io/acme/**") });
    const { watch, published, nextProblem } = await watched(folder);
    await writeFile(join(folder, "policy.yaml"), aPolicy("quay.io*"));
    await nextProblem();

    await writeFile(join(folder, "policy.yaml"), aPolicy("quay.io/acme/**"));
    const problems = await nextProblem();

    expect(problems).toEqual([]);
    expect(watch.problems()).toEqual([]);
    expect(published).toHaveLength(1);
  });

  it("follows a ConfigMap, whose files change behind a link that is swapped", async () => {
    const folder = await aFolder({});
    await mkdir(join(folder, "..2026_1"));
    await writeFile(join(folder, "..2026_1", "policy.yaml"), aPolicy("quay.io/one/**"));
    await symlink("..2026_1", join(folder, "..data"));
    await symlink("..data/policy.yaml", join(folder, "policy.yaml"));
    const { published, nextPublished } = await watched(folder);

    await mkdir(join(folder, "..2026_2"));
    await writeFile(join(folder, "..2026_2", "policy.yaml"), aPolicy("quay.io/two/**"));
    await symlink("..2026_2", join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, "..data"));
    await rm(join(folder, "..2026_1"), { recursive: true });
    await nextPublished();

    expect(published.map(({ files }) => files.length)).toEqual([1, 1]);
    expect(published.at(-1)?.files[0]?.text).toContain("quay.io/two/**");
  });

  it("takes a file that an editor put in place by renaming", async () => {
    const folder = await aFolder({ "policy.yaml": aPolicy("quay.io/acme/**") });
    const { published, nextPublished } = await watched(folder);

    await writeFile(join(folder, ".policy.yaml.swp"), aPolicy("quay.io/other/**"));
    await rename(join(folder, ".policy.yaml.swp"), join(folder, "policy.yaml"));
    await nextPublished();

    expect(published.at(-1)?.files[0]?.text).toContain("quay.io/other/**");
  });

  it("does not read a file while it is being written", async () => {
    const folder = await aFolder({ "policy.yaml": aListPolicy, "list.txt": "quay.io/one\n" });
    const { published, nextPublished } = await watched(folder, { settleMs: 100 });
    const expected = Array.from({ length: 40 }, (_, index) => `quay.io/app-${index}`).join("\n");

    for (let end = 0; end <= expected.length; end += 64) {
      await writeFile(join(folder, "list.txt"), expected.slice(0, end));
    }
    await writeFile(join(folder, "list.txt"), expected);
    await nextPublished();

    expect(published.at(-1)?.files.find(({ path }) => path === "list.txt")?.text).toBe(expected);
  });

  it("keeps serving when every policy disappears, and says so", async () => {
    const folder = await aFolder({ "policy.yaml": aPolicy("quay.io/acme/**") });
    const { published, nextProblem } = await watched(folder);

    await unlink(join(folder, "policy.yaml"));
    const empty = await nextProblem();
    await rm(folder, { recursive: true });
    const missing = await nextProblem();

    expect(empty).toMatchObject([{ code: "policy-folder-empty" }]);
    expect(missing).toMatchObject([{ code: "policy-folder-missing" }]);
    expect(published).toHaveLength(1);
  });

  it("asks again when the bus refused", async () => {
    const folder = await aFolder({ "policy.yaml": aPolicy("quay.io/acme/**") });
    const { bus, errors, nextError, nextPublished } = await watched(folder);
    const { publish } = bus;
    bus.publish = () => Promise.reject(new Error("no leader"));
    await writeFile(join(folder, "policy.yaml"), aPolicy("quay.io/other/**"));
    await nextError();

    bus.publish = publish;
    await writeFile(join(folder, "policy.yaml"), aPolicy("quay.io/third/**"));
    await nextPublished();

    expect(errors).toMatchObject([{ message: "no leader" }]);
  });

  it("rejects with every mistake when there is no good bundle to begin with", async () => {
    const folder = await aFolder({ "a.yaml": aPolicy("quay.io*"), "b.yaml": "kind: [" });

    await expect(watched(folder)).rejects.toMatchObject({
      code: "policy-folder-invalid",
      problems: [{ file: join(folder, "a.yaml") }, { file: join(folder, "b.yaml") }],
    });
  });
});

function aPolicy(pattern: string): string {
  return `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: trusted }
spec:
  allow: ["${pattern}"]
`;
}

const aListPolicy = `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: trusted }
spec: { allowFrom: [list.txt] }
`;

async function aFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-folder-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

async function watched(folder: string, options: Partial<WatchPolicyFolderOptions> = {}) {
  const inner = memoryPolicyBus();
  const published: Bundle[] = [];
  const errors: unknown[] = [];
  const events = new EventEmitter<{ published: [PublishedFolder]; problem: [readonly FolderProblem[]]; failed: [unknown] }>();
  const bus = { publish: (bundle: Bundle) => inner.publish(bundle).finally(() => published.push(bundle)) };
  // Iterators keep what happens before somebody asks for it.
  const publications = on(events, "published");
  const problems = on(events, "problem");
  const failures = on(events, "failed");
  const watch = await watchPolicyFolder({
    paths: [folder],
    bus,
    scanIntervalMs: 20,
    settleMs: 20,
    onPublished: (revision) => events.emit("published", revision),
    onProblem: (problems) => events.emit("problem", problems),
    onError: (error) => {
      errors.push(error);
      events.emit("failed", error);
    },
    ...options,
  });
  await publications.next();
  onTestFinished(() => watch.close());
  return {
    watch,
    bus,
    published,
    errors,
    nextPublished: () => publications.next(),
    nextError: () => failures.next(),
    async nextProblem(): Promise<readonly FolderProblem[]> {
      const { value } = await problems.next();
      return value?.[0] ?? [];
    },
  };
}
