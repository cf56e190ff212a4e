import { chmod } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createTemporaryFolder, findNatsProgram, type TemporaryFolder } from "./index.ts";

describe("findNatsProgram", () => {
  it("takes the program that is named, where its version is the one asked for", async () => {
    await using folder = await createTemporaryFolder();
    const named = await program(folder, "named/nats-server", "2.15.0");
    const onPath = await program(folder, "bin/nats-server", "2.9.11");
    const env = { NATS_SERVER_BIN: named, PATH: `${folder.path}/none:${folder.path}/bin`, PORTCULLIS_NATS_CACHE: folder.path };

    expect(await findNatsProgram("newest", env, [])).toEqual({ path: named, version: "2.15.0" });
    expect(await findNatsProgram("2.9", env, [])).toEqual({ path: onPath, version: "2.9.11" });
  });

  it("says in one line what is missing where nothing can get it, and fails with it in CI", async () => {
    await using folder = await createTemporaryFolder();
    const env = { PATH: `${folder.path}/none`, PORTCULLIS_NATS_CACHE: folder.path };

    expect(await findNatsProgram("newest", env, [])).toEqual({ missing: expect.stringMatching(/^nats-server newest is missing: .*Go.*$/) });
    await expect(findNatsProgram("2.9", { ...env, CI: "true" }, [])).rejects.toThrow("nats-server 2.9 is missing");
  });
});

async function program(folder: TemporaryFolder, name: string, version: string): Promise<string> {
  const path = await folder.write(name, `#!/bin/sh\necho "nats-server: v${version}"\n`);
  await chmod(path, 0o755);
  return path;
}
