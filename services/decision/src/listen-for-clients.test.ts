import { connect as connectTcp, type Socket } from "node:net";
import { connect } from "node:tls";
import type { Client } from "@grpc/grpc-js";
import { DecisionServiceService } from "@portcullis/wire";
import { describe, expect, it, onTestFinished } from "vitest";
import { aServer, type ServerUnderTest } from "./server-under-test.ts";

const { path, requestSerialize, responseDeserialize } = DecisionServiceService.decideStream;

describe("listenForClients", () => {
  it.each([
    ["says nothing", ({ server }: ServerUnderTest) => connectTcp(server.port, "127.0.0.1")],
    [
      "shows no certificate",
      ({ server, ca }: ServerUnderTest) => connect({ host: "127.0.0.1", port: server.port, servername: "localhost", ca }),
    ],
  ])("cuts a stranger who %s", async (_what, open) => {
    const under = await aServer({ maxStrangerAgeMs: 100 });

    await closed(open(under));

    const text = await under.telemetry.metrics.metrics();
    expect(text).toMatch(/portcullis_decision_connections_refused_total\{reason="(slow|handshake)"\} 1/);
  });

  it("cuts a client whose name is not allowed after its refusal, and leaves the others theirs", async () => {
    const under = await aServer({ maxStrangerAgeMs: 100 });
    const allowed = openStream(under.client);
    const refused = await under.connect("CN=somebody");
    openStream(refused);
    await expect.poll(() => under.telemetry.metrics.metrics(), { timeout: 10_000 }).toContain('reason="slow"} 1');
    const answered = new Promise((resolve) => allowed.once("data", resolve));

    allowed.write({ items: [] });
    allowed.write({
      items: [{ id: 1, workload: undefined, traceparent: "", timeoutMs: 1_000, atLeast: undefined, consistency: undefined }],
    });

    await expect(answered).resolves.toMatchObject({ answers: [{ id: 1 }] });
  });
});

function openStream(client: Client) {
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  stream.on("error", () => undefined);
  onTestFinished(() => stream.cancel());
  return stream;
}

function closed(socket: Socket): Promise<void> {
  socket.on("error", () => undefined);
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
