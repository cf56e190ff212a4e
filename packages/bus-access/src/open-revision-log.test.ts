import { RevisionLogError } from "@portcullis/policy-bus";
import { createTemporaryFolder, type TemporaryFolder } from "@portcullis/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BusAccess, openRevisionLog } from "./open-revision-log.ts";

const access: BusAccess = { servers: ["nats://127.0.0.1:1"], policySet: "default", tls: {} };

describe("openRevisionLog", () => {
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = await createTemporaryFolder();
  });
  afterAll(() => folder.remove());

  it("does not wait for servers that do not answer", async () => {
    const passwordFile = await folder.write("password", "secret\n");

    const log = await openRevisionLog({ ...access, user: "control", passwordFile }, "test");

    await expect(log.readHead()).rejects.toMatchObject({ code: "bus-unavailable" });
    await log.close();
  });

  it.each([
    ["bus.tls.caFile", { tls: { caFile: "/none" } }],
    ["bus.nkeyFile", { nkeyFile: "/none" }],
    ["bus.credentialsFile", { credentialsFile: "/none" }],
    ["bus.passwordFile", { user: "a", passwordFile: "/none" }],
  ])("rejects where %s cannot be read", async (setting, identity) => {
    const opening = openRevisionLog({ ...access, ...identity }, "test");

    await expect(opening).rejects.toMatchObject({
      code: "start-bus-file-unreadable",
      message: `${setting} "/none" cannot be read (ENOENT); correct the path or its rights`,
    });
  });

  it("rejects credentials and seeds that are none", async () => {
    const file = await folder.write("empty", "nothing");

    const credentials = openRevisionLog({ ...access, credentialsFile: file }, "test");
    const seed = openRevisionLog({ ...access, nkeyFile: file }, "test");

    await expect(credentials).rejects.toMatchObject({ code: "start-bus-credentials-malformed" });
    await expect(seed).rejects.toThrow(RevisionLogError);
  });
});
