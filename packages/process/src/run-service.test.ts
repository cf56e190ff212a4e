import { StartError } from "@portcullis/telemetry";
import { createTemporaryFolder, type TemporaryFolder } from "@portcullis/testing";
import Type from "typebox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runService, type Service } from "./run-service.ts";

const schema = Type.Object({
  gate: Type.Object({ port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8443, description: "port to listen on" }) }),
});

class RustError extends Error {
  override readonly name = "RustError";
}

function aGate(more: Partial<Service<typeof schema>> = {}): Service<typeof schema> {
  return {
    name: "gate",
    schema,
    telemetry: () => ({ logLevel: "silent", withProcessMetrics: false }),
    shutdownTimeoutMs: () => 5_000,
    start: () => Promise.resolve(),
    ...more,
  };
}

interface Given {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stop?: AbortSignal;
}

async function run(service: Service<typeof schema>, { args = [], env = {}, stop = AbortSignal.abort() }: Given = {}) {
  const printed: string[] = [];
  const errors: string[] = [];
  const status = await runService(service, {
    args,
    env,
    stop,
    print: (text) => printed.push(text),
    printError: (text) => errors.push(text),
  });
  return { status, printed: printed.join(""), errors: errors.join("") };
}

describe("runService", () => {
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = await createTemporaryFolder();
  });
  afterAll(() => folder.remove());

  it("serves until it is told to stop, and then closes what was opened", async () => {
    const stop = new AbortController();
    const steps: string[] = [];
    const started = Promise.withResolvers<void>();
    const gate = aGate({
      start: async (_config, _telemetry, shutdown) => {
        steps.push("started");
        shutdown.add("gate", () => void steps.push("closed"));
        started.resolve();
      },
    });

    const running = run(gate, { stop: stop.signal });
    await started.promise;
    steps.push("told to stop");
    stop.abort();

    expect(await running).toEqual({ status: 0, printed: "", errors: "" });
    expect(steps).toEqual(["started", "told to stop", "closed"]);
  });

  it("exits 2 where something did not close", async () => {
    const gate = aGate({
      start: async (_config, _telemetry, shutdown) => shutdown.add("gate", () => Promise.reject(new RustError("stuck"))),
    });

    expect((await run(gate)).status).toBe(2);
  });

  it("takes settings from the file that --config or PORTCULLIS_CONFIG names; the environment beats it, and a flag both", async () => {
    const path = await folder.write("gate.yaml", "gate: { port: 1 }\n");
    const ports: number[] = [];
    const gate = aGate({ start: async ({ gate: { port } }) => void ports.push(port) });

    await run(gate);
    await run(gate, { args: ["--config", path] });
    await run(gate, { env: { PORTCULLIS_CONFIG: path } });
    await run(gate, { args: ["--config", path], env: { PORTCULLIS_GATE_PORT: "2" } });
    await run(gate, { args: ["--config", path, "--gate-port=3"], env: { PORTCULLIS_GATE_PORT: "2" } });

    expect(ports).toEqual([8443, 1, 1, 2, 3]);
  });

  it("explains every setting", async () => {
    const { status, printed } = await run(aGate(), { args: ["--help"] });

    expect(status).toBe(0);
    expect(printed).toMatch(/^Usage: gate .*--gate-port\n {6}port to listen on; .* \(default 8443\)\n$/s);
  });

  it.each([
    ["a setting that does not exist", ["--gate-prot", "1"], "--gate-port"],
    ["a word that is no setting", ["serve"], "serve"],
    ["a configuration file that is missing", ["--config", "/nonexistent.yaml"], '"/nonexistent.yaml" cannot be read'],
  ])("exits 2 and says what to do for %s", async (_what, args, told) => {
    const { status, errors } = await run(aGate(), { args });

    expect(status).toBe(2);
    expect(errors).toMatch(/^portcullis-gate: .* \((?:config|process)-[a-z-]+\)\n/);
    expect(errors).toContain(told);
  });

  it("exits 2 where rules over several settings are broken, with the code behind the first of them", async () => {
    const check = () => [
      { key: "gate.port", message: "is taken by another" },
      { key: "gate.moat", message: "is dry" },
    ];

    const { status, errors } = await run(aGate({ check }));

    expect(status).toBe(2);
    expect(errors).toBe("portcullis-gate: default: gate.port: is taken by another (config-invalid)\ngate.moat: is dry\n");
  });

  it("closes what was opened before starting failed, and says why it did", async () => {
    const closed: string[] = [];
    const gate = aGate({
      start: (_config, _telemetry, shutdown) => {
        shutdown.add("moat", () => void closed.push("moat"));
        return Promise.reject(new StartError("start-port-in-use", "the port is in use"));
      },
    });

    expect(await run(gate)).toEqual({ status: 2, printed: "", errors: "portcullis-gate: the port is in use (start-port-in-use)\n" });
    expect(closed).toEqual(["moat"]);
  });

  it("says what the service has to say of its own errors, and rejects with any other", async () => {
    const explain = (error: unknown) => (error instanceof RustError ? "oil the hinges" : undefined);
    const failing = (error: Error) => aGate({ explain, start: () => Promise.reject(error) });

    const explained = await run(failing(new RustError("creak")));

    expect(explained).toMatchObject({ status: 2, errors: "portcullis-gate: oil the hinges\n" });
    await expect(run(failing(new TypeError("a mistake of ours")))).rejects.toThrow(TypeError);
  });
});
