import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createDecisionService, type DecisionService } from "@portcullis/decision";
import { type DecisionCase, loadDecisionCases, runCase, type SeenAnswer } from "@portcullis/decision-cases";
import { memoryPolicyBus } from "@portcullis/policy-bus";
import { createTelemetry } from "@portcullis/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ListeningWebhook, readAnswer, startWebhook } from "./listening-webhook.ts";

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

describe.each(await loadDecisionCases(files.map((name) => join(folder, name))))("webhook: $about", ({ bundle, cases }) => {
  let service: DecisionService;
  let webhook: ListeningWebhook;
  beforeAll(async () => {
    const bus = memoryPolicyBus();
    const telemetry = createTelemetry({ service: "decision", logLevel: "silent", withProcessMetrics: false });
    service = createDecisionService({ bus, cache: { allowTtlSeconds: 0, denyTtlSeconds: 0, maxEntries: 1_000 }, telemetry });
    await bus.publish(bundle);
    await service.ready();
    webhook = await startWebhook(service.decide, [...new Set(cases.map(({ review }) => review.cluster))]);
  });
  afterAll(async () => {
    await webhook.close();
    service.close();
  });

  it.each(cases)("$name", async (decisionCase) => {
    const result = await runCase(decisionCase, () => post(webhook, decisionCase));

    expect(result.differences).toEqual([]);
  });
});

async function post(webhook: ListeningWebhook, { review }: DecisionCase): Promise<SeenAnswer> {
  const apiServer = webhook.apiServer(review.protocol, review.cluster);
  try {
    const { status, body } = await apiServer.send({ body: review.body, timeoutSeconds: 10, timeoutMs: 10_000 });
    if (status !== 200) throw new Error(`HTTP ${status}: ${body}`);
    return readAnswer(review.protocol, body);
  } finally {
    apiServer.close();
  }
}
