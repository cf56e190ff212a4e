import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordedTerminal } from "../recorded-terminal-fixture.ts";
import { run } from "../run.ts";

let folder = "";

const policy = `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: trusted-registries }
spec:
  match: { clusters: ["prod-*", "default"], namespaces: { exclude: ["kube-system"] } }
  allowFrom: ["lists/ours.txt"]
  message: "You can only use images from the internal-registry.io"
---
apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: pinned }
spec: { enforcement: warn, require: { digest: true } }
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-decide-"));
  await mkdir(join(folder, "policies", "lists"), { recursive: true });
  await writeFile(join(folder, "policies", "a.yaml"), policy);
  await writeFile(join(folder, "policies", "lists", "ours.txt"), "internal-registry.io/**\n");
});

afterAll(() => rm(folder, { recursive: true }));

async function decide(input: string | Uint8Array, ...options: readonly string[]) {
  const terminal = recordedTerminal({ input: [input], workingDirectory: folder });

  const status = await run(["decide", "--policies", join(folder, "policies"), "--file", "-", ...options], "0.0.0", terminal);

  return { status, ...terminal.written };
}

function aPod(image: string, namespace = ""): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "app", ...(namespace === "" ? {} : { namespace }) },
    spec: { containers: [{ name: "c", image }] },
  });
}

function linesOf(output: string): unknown[] {
  return output
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

const warning = {
  policy: "pinned",
  image: "internal-registry.io/app:1",
  canonical: "internal-registry.io/app:1",
  field: "containers",
  message: expect.any(String),
};

describe("decide", () => {
  it("answers each document in order, one JSON object per line", async () => {
    const documents = `---\n${aPod("internal-registry.io/app:1")}\n---\napiVersion: v1\nkind: List\nitems:\n- ${aPod("some-registry.io/app")}\n`;

    const { status, output } = await decide(documents, "-o", "json");

    expect(status).toBe(1);
    expect(linesOf(output)).toEqual([
      { verdict: "allow", findings: [], warnings: [warning] },
      {
        verdict: "deny",
        findings: [
          {
            policy: "trusted-registries",
            image: "some-registry.io/app",
            canonical: "some-registry.io/app",
            field: "containers",
            message: "You can only use images from the internal-registry.io",
          },
        ],
        warnings: [{ ...warning, image: "some-registry.io/app", canonical: "some-registry.io/app" }],
      },
    ]);
  });

  it("judges reviews as the webhook would, unreadable ones included", async () => {
    const imageReview = {
      apiVersion: "imagepolicy.k8s.io/v1alpha1",
      kind: "ImageReview",
      spec: { containers: [{ image: "evil.example/x" }] },
    };
    const withoutUid = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request: { object: {} } };

    const { status, output } = await decide(`${JSON.stringify(imageReview)}\n${JSON.stringify(withoutUid)}`, "-o", "json");

    expect(status).toBe(1);
    expect(linesOf(output)).toMatchObject([
      { verdict: "deny", findings: [{ policy: "trusted-registries", field: "any" }] },
      { verdict: "deny", findings: [{ policy: "", message: expect.stringContaining("(review-") }] },
    ]);
  });

  it("fills in cluster, namespace and operation where a document does not say", async () => {
    const pod = aPod("internal-registry.io/app");
    const foreign = aPod("evil.example/app");

    expect((await decide(pod, "--cluster", "prod-1")).status).toBe(0);
    expect((await decide(foreign, "--cluster", "prod-1")).status).toBe(1);
    expect((await decide(foreign, "--namespace", "kube-system")).status).toBe(0);
    expect((await decide(aPod("evil.example/app", "shop"), "--namespace", "kube-system")).status).toBe(1);
    expect((await decide(foreign, "--operation", "DELETE")).status).toBe(0);
  });

  it("shows people which document, what was found and why", async () => {
    const { output } = await decide(aPod("some-registry.io/app", "shop"));

    expect(output).toMatch(/^document 1 \(line 1\), Pod shop\/app: deny\n {2}You can only use images from the internal-registry\.io /);
    expect(output).toMatch(/\n {2}warning: .*pinned/);
  });

  it.each([
    ["", /^portcullis: "-" holds no document; .* \(cli-bad-document\)\n$/],
    [new Uint8Array([0xff]), /^portcullis: standard input is not UTF-8; .* \(cli-bad-document\)\n$/],
  ])("gives no answer to %j", async (input, sentence) => {
    const { status, output, error } = await decide(input);

    expect({ status, output }).toEqual({ status: 2, output: "" });
    expect(error).toMatch(sentence);
  });

  it("gives no answer to a document that is nothing to judge, and answers the others", async () => {
    const { status, output } = await decide(`foo: bar\n---\n${aPod("internal-registry.io/app")}\n`, "-o", "json");

    expect(status).toBe(2);
    expect(linesOf(output)).toMatchObject([
      { verdict: "undecided", findings: [{ message: expect.stringContaining("review-no-kind") }] },
      { verdict: "allow" },
    ]);
  });

  it("holds an overlay in the clusters that it names, and in no other", async () => {
    const overlay = policy.slice(policy.indexOf("---\n") + 4).replace("warn", "deny");
    await mkdir(join(folder, "policies", "overlays", "prod-*"), { recursive: true });
    await writeFile(join(folder, "policies", "overlays", "prod-*", "pinned.yaml"), overlay.replace("pinned", "pinned-in-production"));
    const pod = aPod("internal-registry.io/app:1");

    const elsewhere = await decide(pod, "-o", "json");
    const production = await decide(pod, "--cluster", "prod-1", "-o", "json");
    await rm(join(folder, "policies", "overlays"), { recursive: true });

    expect(elsewhere.status).toBe(0);
    expect(production.status).toBe(1);
    expect(linesOf(production.output)).toMatchObject([{ verdict: "deny", findings: [{ policy: "pinned-in-production" }] }]);
  });

  it("names every mistake of policies that do not compile, and answers nothing", async () => {
    await writeFile(
      join(folder, "bad.yaml"),
      policy.replace("metadata: { name: pinned }", "metadata: {}").replace("allowFrom", "allowForm"),
    );
    const terminal = recordedTerminal({ input: [aPod("a")], workingDirectory: folder });

    const status = await run(["decide", "-p", join(folder, "bad.yaml"), "-f", "-"], "0.0.0", terminal);

    expect(status).toBe(2);
    expect(terminal.written.output).toBe("");
    expect(terminal.written.error).toMatch(
      /^(portcullis: bad\.yaml:4: .*\n)?portcullis: bad\.yaml:6: spec\.allowForm: .*\nportcullis: bad\.yaml:11: .* \(policy-invalid\)\n$/,
    );
  });

  it("says that a file cannot be read", async () => {
    const { status, error } = await decide("", "--file", "absent.yaml");

    expect(status).toBe(2);
    expect(error).toMatch(
      /^portcullis: "absent\.yaml" cannot be read: .*; name another with --file, or - for standard input \(cli-unreadable\)\n$/,
    );
  });
});
