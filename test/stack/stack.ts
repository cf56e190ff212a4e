import { join } from "node:path";
import { type DevelopmentPki, ensureDevelopmentPki } from "@portcullis/pki";
import { createTemporaryFolder, type LaunchedProcess, launchProcess } from "@portcullis/testing";

const root = join(import.meta.dirname, "..", "..");

const policy = `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: trusted-registries }
spec: { allow: ["internal-registry.io/**"] }
`;

/** Front-ends and decision services, each a process of its own, with mTLS between them. */
export interface Stack extends AsyncDisposable {
  readonly pki: DevelopmentPki;
  readonly frontEnds: readonly StackProcess[];
  readonly decisions: readonly StackProcess[];
  /** Its process is ended already: starts another one on the same port. */
  restart(ended: StackProcess): Promise<void>;
}

/** A process, which may be replaced by another one on the same port. */
export interface StackProcess {
  readonly port: number;
  process: LaunchedProcess;
}

/** Starts two front-ends and three decision services that allow images of `internal-registry.io` only. */
export async function startStack(): Promise<Stack> {
  const folder = await createTemporaryFolder();
  await folder.write("policies/policy.yaml", policy);
  const pki = await ensureDevelopmentPki(join(folder.path, "pki"));
  const launched: LaunchedProcess[] = [];

  async function launch(main: string, args: readonly string[]): Promise<StackProcess> {
    const command = { command: process.execPath, args: ["--conditions=source", main, ...args], cwd: root };
    const process_ = await launchProcess(command);
    launched.push(process_);
    const [, port] = await process_.line(/"port":(\d+),.*"msg":"serving"/, 60_000);
    return { port: Number(port), process: process_ };
  }

  const decisionArguments = (port: number) => [
    ...["--policies", join(folder.path, "policies"), "--log-level", "info", "--admin-port", "0"],
    ...["--decision-host", "127.0.0.1", "--decision-port", String(port), "--decision-drain-delay-ms", "300"],
    ...["--decision-tls-cert-file", pki.decision.certFile, "--decision-tls-key-file", pki.decision.keyFile],
    ...["--decision-tls-client-ca-file", pki.caFile],
  ];
  const startDecision = (port: number) => launch("services/decision/src/main.ts", decisionArguments(port));
  const decisions = await Promise.all([startDecision(0), startDecision(0), startDecision(0)]);
  const startFrontEnd = (port: number) =>
    launch("services/webhook/src/main.ts", [
      ...["--webhook-host", "127.0.0.1", "--webhook-port", String(port), "--admin-port", "0", "--log-level", "info"],
      ...["--webhook-tls-cert-file", pki.server.certFile, "--webhook-tls-key-file", pki.server.keyFile],
      ...["--webhook-tls-client-ca-file", pki.caFile, "--webhook-drain-delay-ms", "300"],
      // Reviews that are under way have their whole deadline.
      ...["--webhook-close-grace-ms", "2500"],
      ...["--decision-addresses", decisions.map(({ port }) => `127.0.0.1:${port}`).join(",")],
      ...["--decision-tls-cert-file", pki.webhookClient.certFile, "--decision-tls-key-file", pki.webhookClient.keyFile],
      ...["--decision-tls-ca-file", pki.caFile],
    ]);
  const frontEnds = await Promise.all([startFrontEnd(0), startFrontEnd(0)]);

  return {
    pki,
    frontEnds,
    decisions,
    async restart(ended) {
      const start = frontEnds.includes(ended) ? startFrontEnd : startDecision;
      ended.process = (await start(ended.port)).process;
    },
    async [Symbol.asyncDispose]() {
      // A stopped process does not hear SIGTERM.
      for (const process_ of launched) process_.signal("SIGCONT");
      await Promise.all(launched.map((process_) => process_.stop(5_000)));
      await folder.remove();
    },
  };
}
