import Type from "typebox";
import { describe, expect, it } from "vitest";
import { ConfigError, type ConfigProblem, type ConfigSources, loadConfig } from "./index.ts";

const schema = Type.Object({
  webhook: Type.Object({
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8443, description: "port of the webhook" }),
    whenUndecided: Type.Union([Type.Literal("deny"), Type.Literal("allow")], { default: "deny", description: "what undecided means" }),
    tls: Type.Object({ certFile: Type.String({ minLength: 1, description: "certificate" }), caFile: Type.Optional(Type.String()) }),
    callers: Type.Array(Type.Object({ name: Type.String(), cluster: Type.String() }, { additionalProperties: false }), { default: [] }),
    addresses: Type.Array(Type.String({ minLength: 1 }), { default: ["localhost:1"] }),
    isStrict: Type.Boolean({ default: false }),
  }),
});
const nothing = { env: {}, flags: {} };
const minimal = { ...nothing, flags: { "webhook-tls-cert-file": "a.crt" } };

function problemsOf(sources: ConfigSources<Type.Static<typeof schema>>): readonly ConfigProblem[] {
  try {
    loadConfig(schema, sources);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("loadConfig", () => {
  it("fills in defaults and leaves optional settings out", () => {
    const config = loadConfig(schema, minimal);

    expect(config.webhook).toEqual({
      port: 8443,
      whenUndecided: "deny",
      tls: { certFile: "a.crt" },
      callers: [],
      addresses: ["localhost:1"],
      isStrict: false,
    });
  });

  it("prefers a flag to the environment, and the environment to the file", () => {
    const file = { path: "p.yaml", text: "webhook:\n  port: 1\n  isStrict: true\n  tls: { certFile: file.crt }\n" };

    const config = loadConfig(schema, {
      file,
      env: { PORTCULLIS_WEBHOOK_PORT: "2", PORTCULLIS_WEBHOOK_TLS_CERT_FILE: "env.crt" },
      flags: { "webhook-port": "3" },
    });

    expect(config.webhook).toMatchObject({ port: 3, isStrict: true, tls: { certFile: "env.crt" } });
  });

  it("is frozen to the leaves", () => {
    const config = loadConfig(schema, minimal);

    expect([config, config.webhook, config.webhook.tls, config.webhook.addresses].every(Object.isFrozen)).toBe(true);
  });

  it("reads lists from text, comma separated or as JSON, and lists of objects as JSON", () => {
    const config = loadConfig(schema, {
      env: { PORTCULLIS_WEBHOOK_ADDRESSES: "a:1, b:2", PORTCULLIS_WEBHOOK_CALLERS: '[{"name":"CN=a","cluster":"b"}]' },
      flags: { ...minimal.flags, "webhook-is-strict": true },
    });

    expect(config.webhook).toMatchObject({ addresses: ["a:1", "b:2"], callers: [{ name: "CN=a", cluster: "b" }], isStrict: true });
  });

  it("reports every mistake of every source together, with where it came from and what to write", () => {
    const text = "webhook:\n  port: many\n  callers: [{ name: 1 }]\n  prot: 1\n";

    const problems = problemsOf({
      file: { path: "p.yaml", text },
      env: { PORTCULLIS_WEBHOOK_IS_STRICT: "perhaps", PORTCULLIS_WEBHOOK_PROT: "1" },
      flags: { ...minimal.flags, "webhook-when-undecided": "defer", "webhook-prot": "1" },
    });

    expect(problems.map(({ key, origin }) => [key, origin])).toEqual([
      ["", "--webhook-prot"],
      ["", "PORTCULLIS_WEBHOOK_PROT"],
      ["webhook.prot", "p.yaml:4"],
      ["webhook.port", "p.yaml:2"],
      ["webhook.whenUndecided", "--webhook-when-undecided"],
      ["webhook.callers", "p.yaml:3"],
      ["webhook.isStrict", "PORTCULLIS_WEBHOOK_IS_STRICT"],
    ]);
    expect(problems.map(({ message }) => message)).toEqual([
      "is no known flag: did you mean --webhook-port?",
      "is no known variable: did you mean PORTCULLIS_WEBHOOK_PORT?",
      "is no setting: did you mean webhook.port?",
      '"many" is not possible: it must be a whole number from 0 to 65535',
      '"defer" is not possible: it must be one of "deny", "allow"',
      '[{"name":1}] is not possible (wrong at 0, 0.name): it must be a list, each item an object with name, cluster',
      '"perhaps" is not possible: it must be true or false',
    ]);
  });

  it("says how to give a required setting", () => {
    expect(problemsOf(nothing)).toEqual([
      {
        key: "webhook.tls.certFile",
        origin: "",
        message:
          "is required: write it in the file, set PORTCULLIS_WEBHOOK_TLS_CERT_FILE, or pass --webhook-tls-cert-file; it must be text that is not empty",
      },
    ]);
  });

  it.each([
    ["webhook: [1]", "must be an object: write its settings below it, indented"],
    ["webhook: { port: }", "has no value: write one, or remove the line"],
    ["- 1", "must be an object: write `name: value` lines"],
    ["webhook: { port: 1, port: 2 }", "is no YAML: map keys must be unique"],
    ["webhook: { __proto__: 1 }", "is no setting: remove it, or see `docs/configuration.md` for the names"],
  ])("refuses the file %j", (text, message) => {
    expect(problemsOf({ ...minimal, file: { path: "p.yaml", text } })).toMatchObject([{ origin: "p.yaml:1", message }]);
  });

  it("accepts an empty file and empty groups", () => {
    expect(problemsOf({ ...minimal, file: { path: "p.yaml", text: "" } })).toEqual([]);
    expect(problemsOf({ ...minimal, file: { path: "p.yaml", text: "webhook:\n" } })).toEqual([]);
  });

  it("refuses a document that expands without end", () => {
    const bomb = `webhook:\n  addresses: &a [x]\n  callers: [${Array.from({ length: 150 }, () => "*a").join(", ")}]\n`;

    expect(problemsOf({ ...minimal, file: { path: "p.yaml", text: bomb } })).toMatchObject([{ key: "webhook.callers" }]);
  });

  it("passes over the variables Kubernetes sets for Services", () => {
    const env = {
      PORTCULLIS_WEBHOOK_PORT: "tcp://10.0.0.1:443",
      PORTCULLIS_WEBHOOK_SERVICE_HOST: "10.0.0.1",
      PORTCULLIS_WEBHOOK_SERVICE_PORT: "443",
      PORTCULLIS_WEBHOOK_SERVICE_PORT_HTTPS: "443",
      PORTCULLIS_WEBHOOK_PORT_443_TCP: "tcp://10.0.0.1:443",
      PORTCULLIS_WEBHOOK_PORT_443_TCP_ADDR: "10.0.0.1",
    };

    expect(loadConfig(schema, { ...minimal, env }).webhook.port).toBe(8443);
  });

  it("knows variables that are no settings", () => {
    expect(problemsOf({ ...minimal, env: { PORTCULLIS_CONFIG: "p.yaml" }, otherVariables: ["PORTCULLIS_CONFIG"] })).toEqual([]);
  });

  it("reports rules over several settings with where the value came from", () => {
    const check = () => [{ key: "webhook.tls.certFile", message: "needs a key" }];

    expect(problemsOf({ ...minimal, check })).toEqual([
      { key: "webhook.tls.certFile", origin: "--webhook-tls-cert-file", message: "needs a key" },
    ]);
  });
});
