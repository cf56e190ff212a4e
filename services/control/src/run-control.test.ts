import { describe, expect, it } from "vitest";
import { runControl } from "./run-control.ts";

async function run(args: readonly string[]) {
  const printed: string[] = [];
  const surroundings = {
    args,
    env: {},
    stop: AbortSignal.abort(),
    print: (text: string) => printed.push(text),
    printError: (text: string) => printed.push(text),
  };
  return { status: await runControl(surroundings), text: printed.join("") };
}

const required = [
  ...["--bus-servers", "nats://127.0.0.1:1", "--bus-trust-file", "/none/trust.json"],
  ...["--control-tls-cert-file", "/none/a", "--control-tls-key-file", "/none/b", "--control-tls-client-ca-file", "/none/c"],
];

describe("runControl", () => {
  it("explains every setting", async () => {
    const { status, text } = await run(["--help"]);

    expect(status).toBe(0);
    expect(text).toMatch(/^Usage: control .*--control-allowed-clients\n {6}names .*CN=portcullis-admin/s);
  });

  it.each([
    ["without what it needs", [], "bus.servers"],
    ["with two identities at the bus", [...required, "--bus-nkey-file", "a", "--bus-credentials-file", "b"], "one of several identities"],
    ["with credentials in an address", ["--bus-servers", "nats://user:secret@127.0.0.1:1"], "bus.servers"],
    ["with certificates that are not there", required, "/none/"],
  ])("exits 2 %s, and says what to do", async (_what, args, told) => {
    const { status, text } = await run(args);

    expect(status).toBe(2);
    expect(text).toMatch(/^portcullis-control: /u);
    expect(text).toContain(told);
  });
});
