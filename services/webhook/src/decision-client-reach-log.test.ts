import { Metadata, status } from "@grpc/grpc-js";
import { createTelemetry } from "@portcullis/telemetry";
import { describe, expect, it } from "vitest";
import { createReachLog } from "./decision-client-reach-log.ts";

const drained = { code: status.OK, details: "", metadata: new Metadata() };
const broken = { code: status.UNAVAILABLE, details: "connection dropped", metadata: new Metadata() };

describe("createReachLog", () => {
  it("says once that an address is lost, however often streams to it open and end", () => {
    const { said, reach } = aReachLog(60_000);

    reach.opened();
    reach.ended(broken, 3);
    for (let attempt = 0; attempt < 7; attempt++) {
      reach.opened();
      reach.ended(drained, 0);
    }
    reach.cancel();

    expect(said).toEqual([expect.objectContaining({ level: "warn", lost: 3, status: "UNAVAILABLE", msg: "decision stream lost" })]);
  });

  it("says that it can be asked again once a stream lasts, and then that it is lost again", async () => {
    const { said, reach } = aReachLog(1);

    reach.ended(drained, 0);
    reach.opened();
    await expect.poll(() => said.length).toBe(2);
    reach.ended(drained, 0);

    expect(said.map(({ msg }) => msg)).toEqual(["decision stream ended", "decision service can be asked again", "decision stream ended"]);
  });
});

function aReachLog(steadyMs: number) {
  const said: Record<string, unknown>[] = [];
  const logDestination = { write: (line: string) => void said.push(JSON.parse(line)) };
  const { log } = createTelemetry({ service: "webhook", logLevel: "info", logDestination, withProcessMetrics: false });
  return { said, reach: createReachLog(log, "127.0.0.1:1", steadyMs) };
}
