import { randomUUID } from "node:crypto";
import { startNats, startNatsCluster } from "@portcullis/testing";
import { afterAll, beforeAll, describe } from "vitest";
import { describeRevisionLog } from "../revision-log-contract.ts";
import { describeOnNats } from "./describe-on-nats-fixture.ts";
import { createNatsRevisionLog } from "./nats-revision-log.ts";

interface Servers extends AsyncDisposable {
  readonly urls: readonly string[];
}

await describeOnNats("createNatsRevisionLog", (program) => {
  describeOn("a single server", 1, async () => {
    const server = await startNats(program);
    return { urls: [server.url], [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  });
  describeOn("a cluster of three", 3, () => startNatsCluster(program));
});

function describeOn(name: string, replicas: 1 | 3, start: () => Promise<Servers>): void {
  describe(name, () => {
    let servers: Servers | undefined;
    beforeAll(async () => {
      servers = await start();
    });
    afterAll(async () => servers?.[Symbol.asyncDispose]());

    describeRevisionLog("createNatsRevisionLog", async () => {
      const policySet = randomUUID();
      const open = () => createNatsRevisionLog({ servers: servers?.urls ?? [], name: "contract", policySet });
      const log = open();
      await log.setUp({ replicas });
      return { log, another: async () => open() };
    });
  });
}
