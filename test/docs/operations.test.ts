import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { loadConfig } from "@portcullis/config";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { checkControlConfig, controlSchema } from "../../services/control/src/config.ts";
import { checkDecisionConfig, decisionSchema } from "../../services/decision/src/config.ts";
import { checkWebhookConfig, webhookSchema } from "../../services/webhook/src/config.ts";
import { findMetricNames } from "./metric-names.ts";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(resolve(root, "docs/operations.md"), "utf8");
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = ""]) => text);

function blockNamed(name: string): { path: string; text: string } {
  return { path: name, text: blocks.find((text) => text.startsWith(`# ${name}`)) ?? "" };
}

describe("docs/operations.md", () => {
  it.each(blocks)("shows YAML that parses: %#", (text) => {
    expect(parseAllDocuments(text).flatMap((document) => document.errors)).toEqual([]);
  });

  it("shows configuration that the services accept", () => {
    const file = blockNamed("webhook.yaml");

    const webhook = loadConfig(webhookSchema, { file, env: {}, flags: {}, check: checkWebhookConfig });
    const decision = loadConfig(decisionSchema, { file: blockNamed("decision.yaml"), env: {}, flags: {}, check: checkDecisionConfig });
    const onBus = loadConfig(decisionSchema, { file: blockNamed("decision-on-bus.yaml"), env: {}, flags: {}, check: checkDecisionConfig });
    const control = loadConfig(controlSchema, { file: blockNamed("control.yaml"), env: {}, flags: {}, check: checkControlConfig });

    expect(webhook.webhook.callers).toEqual([{ name: "CN=kube-apiserver", cluster: "prod-1" }]);
    expect(control.control.allowedClients).toEqual(["CN=portcullis-admin", "CN=ci"]);
    expect(decision.policies).toEqual(["/etc/portcullis/policies"]);
    expect(onBus.cluster).toMatchObject({ name: "prod-1", allowTtlSeconds: 60 });
  });

  it("lists every metric, and none that does not exist", () => {
    const documented = new Set(
      [...page.matchAll(/`(portcullis_[a-z_]+)[`{ ]/g)].map(([, name = ""]) => name).filter((name) => !/_$/.test(name)),
    );

    expect([...documented].sort()).toEqual(findMetricNames(root));
  });
});
