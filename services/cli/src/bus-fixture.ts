import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createTemporaryFolder, findNatsProgram, type NatsProgram, type NatsServer, natsReleases, startNats } from "@portcullis/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type RecordedTerminal, recordedTerminal } from "./recorded-terminal-fixture.ts";
import { type Replica, type ReplicaOptions, startReplica } from "./replica-fixture.ts";
import { run } from "./run.ts";

export interface Ran {
  readonly status: number;
  readonly output: string;
  readonly error: string;
}

/** A set of policies of its own on a real server: streams and keys are there, and nothing is published. */
export interface Operator extends AsyncDisposable {
  readonly folder: string;
  readonly policySet: string;
  /** Runs a command in the folder, as `portcullis …` does. */
  portcullis(...args: readonly string[]): Promise<Ran>;
  /** Runs a command that is interrupted once it wrote a text; `""`: before it writes anything. */
  interrupted(text: string, ...args: readonly string[]): Promise<Ran>;
  /** Runs a command that prints one object per line. */
  objects(...args: readonly string[]): Promise<readonly unknown[]>;
  /** Writes a file below the folder. */
  write(name: string, text: string): Promise<string>;
  replica(cluster: string, replica: string, says?: ReplicaOptions["says"]): Promise<Replica>;
}

/** Runs a suite on each release that this machine has or can get. Without one its suite is skipped, with the reason. */
export async function describeOnBus(name: string, suite: (server: () => string) => void): Promise<void> {
  for (const release of natsReleases) {
    const program = await findNatsProgram(release);
    if ("missing" in program) it(name, ({ skip }) => skip(program.missing));
    else describe(`${name} on nats-server ${program.version}`, () => onServer(program, suite));
  }
}

function onServer(program: NatsProgram, suite: (server: () => string) => void): void {
  let server: NatsServer | undefined;
  beforeAll(async () => {
    server = await startNats(program);
  });
  afterAll(async () => server?.[Symbol.asyncDispose]());
  suite(() => server?.url ?? "");
}

/** An operator who has made keys and set up the streams. */
export async function anOperator(server: string): Promise<Operator> {
  const folder = await createTemporaryFolder();
  const policySet = randomUUID();
  const environment = { PORTCULLIS_BUS: server, PORTCULLIS_BUS_POLICY_SET: policySet, PORTCULLIS_PUBLISHER: "ops@example.com" };
  const replicas: Replica[] = [];

  async function runUntil(text: string | undefined, args: readonly string[]): Promise<Ran> {
    const onWrite = (written: string) => (text !== undefined && written.includes(text) ? terminal.stop() : undefined);
    const terminal: RecordedTerminal = recordedTerminal({ workingDirectory: folder.path, environment, onWrite });
    onWrite("");
    const status = await run(args, "0.1.0", terminal);
    return { status, ...terminal.written };
  }
  const portcullis = (...args: readonly string[]) => runUntil(undefined, args);
  await portcullis("keys", "init");
  await portcullis("bus", "setup", "--replicas", "1");
  return {
    folder: folder.path,
    policySet,
    portcullis,
    interrupted: (text, ...args) => runUntil(text, args),
    async objects(...args) {
      const { output } = await portcullis(...args, "--output", "json");
      return output
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line));
    },
    write: folder.write,
    async replica(cluster, replica, says) {
      const stateDir = join(folder.path, `${cluster}-${replica}`);
      const trustFile = join(folder.path, "trust.json");
      const started = await startReplica({ server, policySet, trustFile, stateDir, cluster, replica, ...(says !== undefined && { says }) });
      replicas.push(started);
      return started;
    },
    async [Symbol.asyncDispose]() {
      for (const replica of replicas) await replica[Symbol.asyncDispose]();
      await folder.remove();
    },
  };
}

/** A policy that allows images of one registry. */
export function aPolicy(registry: string, name = "registries"): string {
  return `apiVersion: portcullis.dev/v1\nkind: ImagePolicy\nmetadata: { name: ${name} }\nspec: { allow: ["${registry}/**"] }\n`;
}
