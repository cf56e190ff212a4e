import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { post } from "../example-request.ts";
import { type RecordedTerminal, type RecordedTerminalOptions, recordedTerminal } from "../recorded-terminal-fixture.ts";
import { run } from "../run.ts";

let folder = "";

const anyPorts = ["--webhook-port", "0", "--decision-port", "0", "--admin-port", "0"];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-serve-"));
  await mkdir(join(folder, "policies"));
  await writeFile(join(folder, "policies", "ours.yaml"), onlyFrom("internal-registry.io"));
});

afterAll(() => rm(folder, { recursive: true }));

function onlyFrom(host: string): string {
  return `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: trusted-registries }
spec:
  allow: ["${host}/**"]
  message: "You can only use images from the ${host}"
`;
}

/** Runs `serve` in this process. `until` resolves once what was written holds the text. */
function serve(args: readonly string[], options: Partial<RecordedTerminalOptions> = {}) {
  const waiting: { text: string; resolve: () => void }[] = [];
  const terminal: RecordedTerminal = recordedTerminal({
    workingDirectory: folder,
    onWrite: (all) => {
      for (const { text, resolve } of waiting) if (all.includes(text)) resolve();
    },
    ...options,
  });
  const status = run(["serve", "--data-dir", join(folder, "data"), ...args], "0.0.0", terminal);
  const until = async (text: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push({ text, resolve });
    if ((terminal.written.output + terminal.written.error).includes(text)) resolve();
    const ended = status.then((code) => {
      throw new Error(`ended with ${code} before it wrote "${text}": ${terminal.written.error}`);
    });
    await Promise.race([promise, ended]);
  };
  return { terminal, status, until };
}

/** Words of a command line as `sh` would see them. */
function shellWords(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** Does what the printed `curl` would do. */
async function replay(command: string): Promise<unknown> {
  const words = shellWords(command);
  const after = (option: string) => words[words.indexOf(option) + 1] ?? "";
  const read = (option: string) => readFile(join(folder, after(option)), "utf8");
  const tls = { ca: await read("--cacert"), cert: await read("--cert"), key: await read("--key") };
  return JSON.parse(await post({ url: words.at(-1) ?? "", address: undefined }, after("--data"), tls));
}

describe("serve", () => {
  it("prints commands that get the answers it names, follows edits, survives broken ones, and ends well", async () => {
    const { terminal, status, until } = serve([...anyPorts, "--policies", join(folder, "policies")]);
    await until("Ctrl-C stops it.");
    const { output } = terminal.written;
    const commands = output.match(/^ {2}curl .*$/gm) ?? [];
    const adminUrl = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];

    expect(output).toContain("               trusted-registries\n");
    expect(await replay(commands[0] ?? "")).toMatchObject({ status: { allowed: false, reason: reasonIn(output) } });
    expect(reasonIn(output)).toContain("You can only use images from the internal-registry.io");
    expect(await replay(commands[1] ?? "")).toMatchObject({ status: { allowed: true } });
    expect(output).toContain('answers "allowed":true\n');

    await writeFile(join(folder, "policies", "ours.yaml"), onlyFrom("some-registry.io"));
    await until("policies: revision 2 in force: 1 policy (trusted-registries)\n");
    expect(await replay(commands[0] ?? "")).toMatchObject({ status: { allowed: true } });

    await writeFile(join(folder, "policies", "ours.yaml"), onlyFrom("some-registry.io").replace("/**", ""));
    await until("the last good revision stays in force");
    const readiness = await fetch(`${adminUrl}/readyz`);
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
    expect(terminal.written.error).toMatch(/^policies: \S+policies\/ours\.yaml:5: spec\.allow\[0\]: .* \(pattern-host-alone\)$/m);
    expect(await replay(commands[0] ?? "")).toMatchObject({ status: { allowed: true } });
    expect(readiness.status).toBe(200);
    expect(await readiness.json()).toMatchObject({
      ready: true,
      policyProblems: [{ file: join(folder, "policies/ours.yaml"), line: 5, field: "spec.allow[0]" }],
    });
    expect(metrics).toMatch(/^portcullis_policy_folder_problems 1$/m);

    await writeFile(join(folder, "policies", "ours.yaml"), onlyFrom("internal-registry.io"));
    await until("policies: revision 3 in force");
    terminal.stop();
    expect(await status).toBe(0);
  });

  it("says which overlays are in force for nobody who may ask", async () => {
    const policies = join(folder, "with-overlays");
    for (const clusters of ["prod-*", "default"]) {
      await mkdir(join(policies, "overlays", clusters), { recursive: true });
      const overlay = onlyFrom("internal-registry.io/pinned").replace("trusted-registries", `more-${clusters.replace("-*", "")}`);
      await writeFile(join(policies, "overlays", clusters, "more.yaml"), overlay);
    }
    await writeFile(join(policies, "ours.yaml"), onlyFrom("internal-registry.io"));

    const { terminal, status, until } = serve([...anyPorts, "--policies", policies]);
    await until("Ctrl-C stops it.");
    terminal.stop();

    expect(await status).toBe(0);
    expect(terminal.written.error).toMatch(/^policies: overlays\/prod-\* is in force for nobody: .* ask are default; .*$/m);
    expect(terminal.written.error).not.toContain("overlays/default");
  });

  it("prints one object with the addresses for programs", async () => {
    const { terminal, status, until } = serve([
      ...anyPorts,
      "--host",
      "0.0.0.0",
      "--policies",
      join(folder, "policies"),
      "--output",
      "json",
    ]);
    await until("\n");
    terminal.stop();

    expect(await status).toBe(0);
    expect(JSON.parse(terminal.written.output)).toMatchObject({
      ready: true,
      webhook: { imageReview: expect.stringMatching(/^https:\/\/0\.0\.0\.0:\d+\/image-review$/) },
      decision: { address: expect.stringMatching(/^0\.0\.0\.0:\d+$/) },
      admin: { url: expect.stringMatching(/^http:/) },
      revision: 1,
      policies: ["trusted-registries"],
      examples: [{ allowed: false }, { allowed: true }],
    });
  });

  it("names every mistake of policies that do not compile, and does not start", async () => {
    await mkdir(join(folder, "broken"));
    await writeFile(join(folder, "broken", "a.yaml"), onlyFrom("internal-registry.io").replace("/**", "*"));
    const { terminal, status } = serve([...anyPorts, "--policies", join(folder, "broken")]);

    expect(await status).toBe(2);
    expect(terminal.written.error).toMatch(
      /^portcullis: \S+a\.yaml:5: spec\.allow\[0\]: .* \([a-z-]+\)\nportcullis: .*start again \(start-policy-invalid\)\n$/,
    );
  });

  it.each(["webhook", "decision", "admin"])("says which port is in use and what to do: %s", async (name) => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;

    const { terminal, status } = serve([...anyPorts, "--policies", join(folder, "policies"), `--${name}-port`, String(port)]);

    expect(await status).toBe(2);
    expect(terminal.written.error).toMatch(
      new RegExp(
        `^portcullis: .* cannot listen on 127\\.0\\.0\\.1:${port}: the port is in use; .*--${name}-port.* \\(start-port-in-use\\)\n$`,
      ),
    );
    other.close();
  });

  it.each([
    [["--policies", "/nowhere/policies"], /^portcullis: "\/nowhere\/policies" does not exist; .* \(policy-folder-missing\)\n$/],
    [["--data-dir", "/dev/null/data"], /^portcullis: the folder "\/dev\/null\/data" cannot hold certificates: .* \(pki-unwritable\)\n$/],
    [["--webhook-port", "x"], /^portcullis: --webhook-port: .*"x" is not possible.* \(config-invalid\)\n$/],
    [["--webhook-when-undecided-image-review", "allow"], /^portcullis: --webhook-when-undecided-image-review: .* \(config-invalid\)\n$/],
    [["--config", "absent.yaml"], /^portcullis: the configuration file "absent\.yaml" cannot be read: .* \(cli-unreadable\)\n$/],
  ])("says in one sentence what is wrong with %j", async (args, sentence) => {
    const { terminal, status } = serve([...anyPorts, ...args]);

    expect(await status).toBe(2);
    expect(terminal.written).toEqual({ output: "", error: expect.stringMatching(sentence) });
  });

  it("takes settings from a file and the environment too", async () => {
    await writeFile(join(folder, "portcullis.yaml"), "webhook: { port: 99999 }\ndecision: { port: 0 }\n");
    const { terminal, status } = serve(["--config", "portcullis.yaml"], { environment: { PORTCULLIS_ADMIN_PORT: "-1" } });

    expect(await status).toBe(2);
    expect(terminal.written.error).toContain("portcullis.yaml:1: webhook.port: 99999 is not possible");
    expect(terminal.written.error).toContain('PORTCULLIS_ADMIN_PORT: admin.port: "-1" is not possible');
  });
});

function reasonIn(output: string): string {
  return JSON.parse(/answers "allowed":false,"reason":(".*")$/m.exec(output)?.[1] ?? '""');
}
