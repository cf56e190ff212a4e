import { findFreePort } from "@portcullis/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type BundleThreads, createBundleThreads } from "./bundle-thread.ts";
import { planStreams } from "./stream-plan.ts";

const digest = `sha256:${"0".repeat(64)}`;

describe("createBundleThreads", () => {
  let threads: BundleThreads;
  afterEach(() => threads.close());

  async function threadsWithoutServer(timeoutMs: number): Promise<void> {
    const servers = { servers: [`nats://127.0.0.1:${await findFreePort()}`], name: "test" };
    threads = createBundleThreads({ servers, plan: planStreams("default"), reader: { api: "$JS.API", timeoutMs } });
  }

  it("says that no server answers", async () => {
    await threadsWithoutServer(200);

    await expect(threads.get(digest)).rejects.toMatchObject({ name: "RevisionLogError", code: "bus-unavailable" });
  });

  it("refuses what is no digest", async () => {
    await threadsWithoutServer(200);

    await expect(threads.get("sha256:none")).rejects.toMatchObject({ code: "bus-digest-mismatch" });
  });

  it("tells who waits that the log is closed", async () => {
    await threadsWithoutServer(60_000);
    const waiting = expect(threads.get(digest)).rejects.toMatchObject({ code: "bus-closed" });

    await threads.close();

    await waiting;
  });
});
