import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogOutput } from "./log-output.ts";

const lines = Array.from({ length: 2_000 }, (_, index) => `${JSON.stringify({ index, text: "x".repeat(100) })}\n`);

describe("createLogOutput", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "portcullis-log-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("writes all lines, in their order", async () => {
    const path = join(folder, "log");
    const fd = openSync(path, "w");
    const output = createLogOutput(fd, { onDropped: () => expect.unreachable() });

    for (const line of lines) output.write(line);
    await output.flush(30_000);

    expect(readFileSync(path, "utf8")).toBe(lines.join(""));
    closeSync(fd);
  });

  it.runIf(process.platform === "linux")("drops lines while the disk is full, and neither throws nor waits", async () => {
    const fd = openSync("/dev/full", "w");
    let dropped = 0;
    const output = createLogOutput(fd, { onDropped: () => dropped++, maxHeld: 10_000 });

    for (const line of lines) output.write(line);
    await output.flush(1);

    expect(dropped).toBeGreaterThan(1_000);
    expect(dropped).toBeLessThan(lines.length);
    closeSync(fd);
  });

  it.skipIf(process.platform === "win32")(
    "goes on where it stopped once a full pipe is read, and says how many lines are missing",
    async () => {
      const pipe = aPipe("slow");
      let dropped = 0;
      const output = createLogOutput(pipe.writer, { onDropped: () => dropped++, maxHeld: 10_000 });

      const written: string[] = [];
      let text = "";
      for (const line of lines) output.write(line);
      while (!text.includes("log lines were dropped")) text += await pipe.read();
      written.push(...text.trimEnd().split("\n"));
      pipe.close();

      const parsed = written.map((line) => JSON.parse(line));
      expect(parsed.pop()).toMatchObject({ level: "warn", dropped });
      expect(parsed.map(({ index }) => index)).toEqual(parsed.map((_, index) => index));
      expect(parsed.length + dropped).toBe(lines.length);
    },
  );

  it.skipIf(process.platform === "win32")("writes no more once nobody can read", async () => {
    const pipe = aPipe("closed");
    const output = createLogOutput(pipe.writer, { onDropped: () => expect.unreachable() });

    pipe.closeReader();
    output.write("lost\n");
    await output.flush(30_000);
    for (const line of lines) output.write(line);

    await output.flush(30_000);
    closeSync(pipe.writer);
  });

  function aPipe(name: string) {
    const path = join(folder, name);
    execFileSync("mkfifo", [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY);
    const bytes = Buffer.alloc(64 * 1024);
    return {
      writer,
      closeReader: () => closeSync(reader),
      async read(): Promise<string> {
        await new Promise((resolve) => setImmediate(resolve));
        try {
          return bytes.toString("utf8", 0, readSync(reader, bytes));
        } catch (error) {
          if (error instanceof Error && "code" in error && error.code === "EAGAIN") return "";
          throw error;
        }
      },
      close() {
        closeSync(reader);
        closeSync(writer);
      },
    };
  }
});
