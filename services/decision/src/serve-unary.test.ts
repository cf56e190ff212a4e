import { type Client, status } from "@grpc/grpc-js";
import { aWorkload } from "@portcullis/testing";
import { DecisionServiceService, type ExplainResponse, toWorkloadMessage } from "@portcullis/wire";
import { describe, expect, it } from "vitest";
import { aServer } from "./server-under-test.ts";

describe("serveExplain", () => {
  it("answers with a decision and how it came about", async () => {
    const { client } = await aServer();

    const explained = await explain(client, 1);

    expect(explained).toMatchObject({ response: { outcome: { $case: "allow" } }, steps: ["allowed"] });
  });

  it("refuses a workload whose explanation nobody would read", async () => {
    const { client } = await aServer();

    await expect(explain(client, 1_001)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });
});

function explain(client: Client, imageCount: number): Promise<ExplainResponse> {
  const { path, requestSerialize, responseDeserialize } = DecisionServiceService.explain;
  const workload = toWorkloadMessage(aWorkload({ images: new Array<string>(imageCount).fill("nginx") }));
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { workload, consistency: undefined }, (error, value) =>
      error === null && value !== undefined ? resolve(value) : reject(error),
    );
  });
}
