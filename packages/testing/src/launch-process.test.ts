import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createTemporaryFolder, findFreePort, launchProcess } from "./index.ts";

const node = process.execPath;

describe("launchProcess", () => {
  it("waits for a line, then ends the process by its id", async () => {
    await using child = await launchProcess({
      command: node,
      args: [
        "-e",
        "process.on('SIGTERM', () => process.exit(3)); console.log('ready at ' + process.env.WHERE); setInterval(() => {}, 1000)",
      ],
      env: { WHERE: "port 7" },
    });

    const [, port] = await child.line(/^ready at port (\d+)$/);
    const end = await child.stop();

    expect(port).toBe("7");
    expect(end).toEqual({ code: 3, signal: null });
    expect(child.output()).toBe("ready at port 7\n");
  });

  it("kills what does not want to end", async () => {
    await using child = await launchProcess({
      command: node,
      args: ["-e", "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)"],
    });
    await child.line(/up/);

    expect(await child.stop(10)).toEqual({ code: null, signal: "SIGKILL" });
  });

  it("rejects with the output when the process ends early or says nothing", async () => {
    await using failing = await launchProcess({ command: node, args: ["-e", "console.error('no policy'); process.exit(2)"] });
    await using silent = await launchProcess({ command: node, args: ["-e", "setInterval(() => {}, 1000)"] });

    await expect(failing.line(/ready/)).rejects.toThrow(/ended \(2\) before it wrote .*no policy/s);
    await expect(silent.line(/ready/, 5)).rejects.toThrow("within 5 ms");
    await expect(silent.ended(5)).rejects.toThrow("did not end within 5 ms");
    await expect(launchProcess({ command: "/no/such/program" })).rejects.toThrow("ENOENT");
  });

  it("waits for a port", async () => {
    const port = await findFreePort();
    await using child = await launchProcess({ command: node, args: ["-e", `require('net').createServer().listen(${port}, '127.0.0.1')`] });

    await child.port(port);

    child.signal("SIGKILL");
    expect(await child.ended()).toEqual({ code: null, signal: "SIGKILL" });
  });
});

describe("createTemporaryFolder", () => {
  it("is removed at the end of the block", async () => {
    let path = "";
    {
      await using folder = await createTemporaryFolder();
      path = await folder.write("deep/file", "text");
      expect(readFileSync(path, "utf8")).toBe("text");
    }

    expect(existsSync(path)).toBe(false);
  });
});
