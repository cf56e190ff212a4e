import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";
import { loadDecisionCases, runCase } from "@portcullis/decision-cases";
import type { Decision, Workload } from "@portcullis/policy";
import { createTelemetry } from "@portcullis/telemetry";
import { createDecisionClient } from "@portcullis/webhook";
import { type DecideResponse, DecisionServiceService, fromDecideResponse, toWorkloadMessage } from "@portcullis/wire";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ListeningDecision, startDecision } from "./decision-fleet.ts";

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
const all = await loadDecisionCases(files.map((name) => join(folder, name)));

describe.each(all)("DecideStream: $about", ({ bundle, cases }) => {
  let decision: ListeningDecision;
  let client: ReturnType<typeof createDecisionClient>;
  beforeAll(async () => {
    decision = await startDecision(bundle);
    const telemetry = createTelemetry({ service: "webhook", logLevel: "silent", withProcessMetrics: false });
    client = createDecisionClient({ addresses: [decision.address], tls: decision.clientTls, telemetry });
  });
  afterAll(() => {
    client.close();
    decision.close();
  });

  it.each(cases)("$name", async (decisionCase) => {
    const decide = async (workload: Workload) => (await client.decide(workload, { deadlineMs: performance.now() + 10_000 })).decision;

    const result = await runCase(decisionCase, decide);

    expect(result.differences).toEqual([]);
  });
});

describe.each(all)("Decide: $about", ({ bundle, cases }) => {
  let decision: ListeningDecision;
  let client: Client;
  beforeAll(async () => {
    decision = await startDecision(bundle);
    const { ca, key, cert } = decision.clientTls;
    client = new Client(decision.address, credentials.createSsl(ca, key, cert), { "grpc.ssl_target_name_override": "localhost" });
  });
  afterAll(() => {
    client.close();
    decision.close();
  });

  it.each(cases)("$name", async (decisionCase) => {
    const result = await runCase(decisionCase, (workload) => decideUnary(client, workload));

    expect(result.differences).toEqual([]);
  });
});

async function decideUnary(client: Client, workload: Workload): Promise<Decision> {
  const { path, requestSerialize, responseDeserialize } = DecisionServiceService.decide;
  const response = await new Promise<DecideResponse | undefined>((resolve, reject) => {
    const request = { workload: toWorkloadMessage(workload), atLeast: undefined, consistency: undefined };
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, value) => {
      if (error === null) resolve(value);
      else reject(error);
    });
  });
  const outcome = fromDecideResponse(response);
  if (outcome instanceof Error) throw outcome;
  return outcome.decision;
}
