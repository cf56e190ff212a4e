import { once } from "node:events";
import { Client, type ClientDuplexStream, credentials, Metadata, type StatusObject, status } from "@grpc/grpc-js";
import { type Decide, UndecidedError } from "@portcullis/policy";
import { createTelemetry } from "@portcullis/telemetry";
import { anAnswer, aRevisionToken, aWorkload } from "@portcullis/testing";
import {
  type DecideRequest,
  type DecideResponse,
  type DecideStreamRequest,
  type DecideStreamResponse,
  DecisionServiceService,
  HealthService,
  HealthCheckResponse_ServingStatus as Serving,
  toWorkloadMessage,
  type WatchRevisionResponse,
} from "@portcullis/wire";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDecisionServer } from "./create-decision-server.ts";
import { aServer, type ServerUnderTest } from "./server-under-test.ts";

const question = { workload: toWorkloadMessage(aWorkload()), atLeast: undefined, consistency: undefined };

describe("createDecisionServer", () => {
  it("answers one question, with the deadline and trace context of the call", async () => {
    const seen: Parameters<Decide>[1][] = [];
    const { client } = await aServer({
      decide: async (_workload, context) => {
        seen.push(context);
        return anAnswer();
      },
    });
    const metadata = new Metadata();
    metadata.set("traceparent", "00-a-b-01");

    const response = await decide(client, question, metadata);

    expect(response.outcome?.$case).toBe("allow");
    expect(seen[0]).toMatchObject({ traceparent: "00-a-b-01" });
    expect((seen[0]?.deadlineMs ?? 0) - performance.now()).toBeLessThanOrEqual(5_000);
  });

  it("says undecided as an answer, apart from allow and deny", async () => {
    const { client } = await aServer({ decide: () => Promise.reject(new UndecidedError("undecided-behind", "not yet")) });

    expect((await decide(client, question)).outcome).toMatchObject({ $case: "undecided", value: { message: "not yet" } });
  });

  it("is undecided when deciding throws, and keeps the text to itself", async () => {
    const { client } = await aServer({ decide: () => Promise.reject(new TypeError("secret")) });

    const { outcome } = await decide(client, question);

    expect(outcome?.$case).toBe("undecided");
    expect(JSON.stringify(outcome)).not.toContain("secret");
  });

  it.each([
    ["no workload", { ...question, workload: undefined }, "workload: is missing"],
    [
      "an unknown operation",
      { ...question, workload: { ...question.workload, operation: 0 as const } },
      "workload.operation: unknown value 0",
    ],
    ["a token without lineage", { ...question, atLeast: aRevisionToken({ lineage: "" }) }, "at_least.lineage: is empty"],
  ])("answers INVALID_ARGUMENT to %s", async (_what, request, details) => {
    const { client } = await aServer();

    await expect(decide(client, request)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(details),
    });
  });

  it("answers INVALID_ARGUMENT to bytes that are no message", async () => {
    const { client } = await aServer();
    const { path, responseDeserialize } = DecisionServiceService.decide;

    const call = new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        path,
        () => Buffer.from([0x0a, 0x7f, 0x01]),
        responseDeserialize,
        question,
        (error, value) => (error === null ? resolve(value) : reject(error)),
      );
    });

    await expect(call).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  it("answers the items of a message as one message, and one that makes no sense without ending the others", async () => {
    const { client } = await aServer();
    const stream = openStream(client);

    stream.write({ items: [anItem(1), { ...anItem(2), workload: undefined }, anItem(3)] });
    const { answers } = await nextMessage(stream);

    expect(answers.map(({ id, response }) => [id, response?.outcome?.$case])).toEqual(
      expect.arrayContaining([
        [1, "allow"],
        [2, "undecided"],
        [3, "allow"],
      ]),
    );
    expect(answers).toHaveLength(3);
  });

  it("ends a stream on which one id stands for two questions", async () => {
    const { client } = await aServer({ decide: () => new Promise(() => {}) });
    const stream = openStream(client);

    stream.write({ items: [anItem(1), anItem(1)] });
    const ended = await statusOf(stream);

    expect(ended).toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  it("refuses what is more than it may answer at once", async () => {
    const { client } = await aServer({ decide: () => new Promise(() => {}), maxConcurrent: 2 });
    const stream = openStream(client);

    stream.write({ items: [anItem(1), anItem(2), anItem(3)] });
    const { answers } = await nextMessage(stream);

    expect(answers).toMatchObject([{ id: 3, response: { outcome: { $case: "undecided" } } }]);
  });

  it("sends the revision in force and every later one", async () => {
    const { client, apply } = await aServer();
    apply(aRevisionToken({ revision: 1 }));
    const { path, requestSerialize, responseDeserialize } = DecisionServiceService.watchRevision;
    const watch = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {});
    watch.on("error", () => undefined);

    const [first]: WatchRevisionResponse[] = await once(watch, "data");
    apply(aRevisionToken({ revision: 2 }));
    const [second]: WatchRevisionResponse[] = await once(watch, "data");
    watch.cancel();

    expect([first?.token?.revision, second?.token?.revision]).toEqual([1, 2]);
  });

  it("says by the standard health protocol whether it takes traffic", async () => {
    const { client, apply } = await aServer();

    const before = await Promise.all(["", "decision", "sync"].map((service) => health(client, service)));
    apply(aRevisionToken());
    const after = await Promise.all(["", "decision", "sync"].map((service) => health(client, service)));

    expect(before).toEqual([Serving.NOT_SERVING, Serving.NOT_SERVING, Serving.NOT_SERVING]);
    expect(after).toEqual([Serving.SERVING, Serving.SERVING, Serving.SERVING]);
    await expect(health(client, "other")).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it("refuses a certificate with another name before it reads anything, and counts it", async () => {
    let asked = 0;
    const under = await aServer({
      decide: async () => {
        asked += 1;
        return anAnswer();
      },
    });
    const stranger = await under.connect("CN=stranger");

    await expect(decide(stranger, question)).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    await expect(health(stranger, "")).rejects.toMatchObject({ code: status.PERMISSION_DENIED });

    const ended = await statusOf(openStream(stranger));
    expect(ended).toMatchObject({ code: status.PERMISSION_DENIED });
    expect(asked).toBe(0);
    expect(await under.telemetry.metrics.getSingleMetricAsString("portcullis_decision_refused_calls_total")).toContain(" 3");
  });

  it.each(["another authority", "no certificate"])("shakes no hands with %s", async (kind) => {
    const under = await aServer();
    const stranger =
      kind === "no certificate" ? new Client(under.address, credentials.createSsl(under.ca)) : await under.connectByAnotherAuthority();
    onTestFinished(() => stranger.close());

    await expect(decide(stranger, question)).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it("uses a new certificate for new connections, and drops none that stands", async () => {
    const under = await aServer();
    const stream = openStream(under.client);
    stream.write({ items: [anItem(1)] });
    await nextMessage(stream);

    await under.replaceAuthority();
    const fresh = await under.connect("CN=webhook");
    stream.write({ items: [anItem(2)] });

    expect((await nextMessage(stream)).answers).toMatchObject([{ id: 2 }]);
    expect((await decide(fresh, question)).outcome?.$case).toBe("allow");
  });

  it("drains: says so on the stream and by health, answers what it has, and ends when the client half-closes", async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { client, server, apply } = await aServer({ decide: () => held.then(() => anAnswer()) });
    apply(aRevisionToken());
    const stream = openStream(client);
    stream.write({ items: [anItem(1)] });
    // An answered unary call proves that what the stream sent before has arrived.
    await health(client, "");

    const draining = server.drain();
    const notice = await nextMessage(stream);
    const unhealthy = await health(client, "decision");
    stream.end();
    release();
    const last = await nextMessage(stream);
    await statusOf(stream);
    await draining;

    expect(notice.draining).toEqual({ mayReconnect: false });
    expect(unhealthy).toBe(Serving.NOT_SERVING);
    expect(last.answers).toMatchObject([{ id: 1, response: { outcome: { $case: "allow" } } }]);
  });

  it("does not wait for ever for a client that ignores the notice", async () => {
    const { client, server } = await aServer({ decide: () => new Promise(() => {}) });
    const stream = openStream(client);
    stream.write({ items: [anItem(1)] });
    await health(client, "");

    const ended = statusOf(stream);
    await server.drain();

    expect(await ended).not.toMatchObject({ code: status.OK });
  });

  it("moves a stream to a new connection when it is old", async () => {
    const { client } = await aServer({ maxConnectionAgeMs: 50 });
    const stream = openStream(client);

    const { draining } = await nextMessage(stream);
    stream.end();
    const ended = await statusOf(stream);

    expect(draining).toEqual({ mayReconnect: true });
    expect(ended).toMatchObject({ code: status.OK });
  });

  it("says which port is in use and what to do", async () => {
    const under = await aServer();

    const telemetry = createTelemetry({ service: "decision", logLevel: "silent", withProcessMetrics: false });

    await expect(createDecisionServer({ ...under.options, telemetry, port: under.server.port })).rejects.toMatchObject({
      code: "start-port-in-use",
    });
  });
});

type Stream = ClientDuplexStream<DecideStreamRequest, DecideStreamResponse>;

function openStream(client: Client): Stream {
  const { path, requestSerialize, responseDeserialize } = DecisionServiceService.decideStream;
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  stream.on("error", () => undefined);
  onTestFinished(() => stream.cancel());
  return stream;
}

/** `once` would reject with the error that comes before the status. */
function statusOf(stream: Stream): Promise<StatusObject> {
  return new Promise((resolve) => stream.once("status", resolve));
}

async function nextMessage(stream: Stream): Promise<DecideStreamResponse> {
  const [message] = await once(stream, "data");
  return message;
}

function anItem(id: number) {
  return { id, ...question, traceparent: "", timeoutMs: 2_500 };
}

function decide(client: ServerUnderTest["client"], request: DecideRequest, metadata = new Metadata()): Promise<DecideResponse> {
  const { path, requestSerialize, responseDeserialize } = DecisionServiceService.decide;
  const options = { deadline: Date.now() + 5_000 };
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, options, (error, value) =>
      error === null && value !== undefined ? resolve(value) : reject(error),
    );
  });
}

function health(client: Client, service: string): Promise<Serving> {
  const { path, requestSerialize, responseDeserialize } = HealthService.check;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service }, (error, value) =>
      error === null && value !== undefined ? resolve(value.status) : reject(error),
    );
  });
}
