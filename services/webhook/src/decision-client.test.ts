import { UndecidedError } from "@portcullis/policy";
import { createTelemetry } from "@portcullis/telemetry";
import { aDecision, anAnswer, aRevisionToken, aWorkload } from "@portcullis/testing";
import { type MutualTls, toDecideResponse } from "@portcullis/wire";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createDecisionClient, type DecisionClientOptions } from "./decision-client.ts";
import { allowedBy, aMutualTlsPair, type DecisionUnderTest, startDecisionUnderTest } from "./decision-under-test.ts";

/** Polling ends when it comes true; a machine under load takes its time. */
const soon = { timeout: 10_000 };

describe("createDecisionClient", () => {
  let pair: { readonly server: MutualTls; readonly client: MutualTls };
  beforeAll(async () => {
    pair = await aMutualTlsPair();
  });

  async function aDecisionService(port?: number): Promise<DecisionUnderTest> {
    const decision = await startDecisionUnderTest(pair.server, port);
    onTestFinished(() => decision.die());
    return decision;
  }

  function aClient(services: readonly DecisionUnderTest[], options: Partial<DecisionClientOptions> = {}) {
    const telemetry = createTelemetry({ service: "webhook", logLevel: "silent", withProcessMetrics: false });
    const addresses = services.map(({ address }) => address);
    const client = createDecisionClient({ addresses, tls: pair.client, telemetry, ...options });
    onTestFinished(() => client.close());
    return {
      client,
      ask: (image = "nginx", timeoutMs = 10_000) =>
        client.decide(aWorkload({ images: [image] }), { deadlineMs: performance.now() + timeoutMs, traceparent: "00-1-2-01" }),
      /** Asks until every service has a stream that is used. */
      async warm() {
        await expect.poll(() => services.every(({ calls }) => calls.size === 1), soon).toBe(true);
      },
    };
  }

  it("sends what waits in one turn of the event loop as one message, each item with its own deadline and trace context", async () => {
    const service = await aDecisionService();
    const { ask, warm } = aClient([service]);
    await warm();
    await ask();
    const before = service.messages();

    await Promise.all([ask("a"), ask("b", 5_000), ask("c")]);

    const [a, b] = service.items.slice(1);
    expect(service.messages() - before).toBe(1);
    expect(a).toMatchObject({ traceparent: "00-1-2-01", workload: { images: [{ image: "a" }] } });
    expect(b?.timeoutMs).toBeLessThanOrEqual(5_000);
    expect(a?.timeoutMs).toBeGreaterThan(5_000);
  });

  it("spreads a burst over all addresses", async () => {
    const services = [await aDecisionService(), await aDecisionService(), await aDecisionService()];
    const { ask, warm } = aClient(services);
    await warm();

    await Promise.all(Array.from({ length: 300 }, () => ask()));

    for (const { items } of services) expect(items.length).toBeGreaterThanOrEqual(80);
  });

  it("asks another address at half the time when one hangs, and then the hung one last", async () => {
    const [hung, other] = [await aDecisionService(), await aDecisionService()];
    hung.respond = () => undefined;
    const { ask, warm } = aClient([hung, other]);
    await warm();

    const answers = await Promise.all([ask("a", 600), ask("b", 600)]);
    const askedBefore = hung.items.length;
    await Promise.all([ask("c"), ask("d"), ask("e")]);

    expect(answers.map(({ decision }) => decision.verdict)).toEqual(["allow", "allow"]);
    expect(hung.items).toHaveLength(askedBefore);
  });

  it("sends what a broken stream held to another address at once", async () => {
    const [dying, other] = [await aDecisionService(), await aDecisionService()];
    dying.respond = () => undefined;
    const { ask, warm } = aClient([dying, other]);
    await warm();

    const asked = Promise.all([ask("a", 60_000), ask("b", 60_000)]);
    await dying.nextItem();
    dying.die();
    const answers = await asked;

    expect(answers).toHaveLength(2);
    expect(other.items.length).toBe(2);
  });

  it("waits for an address that comes back", async () => {
    const service = await aDecisionService();
    const { ask, warm } = aClient([service]);
    await warm();
    service.die();

    const asked = ask("a", 20_000);
    await aDecisionService(service.port);

    expect((await asked).decision.verdict).toBe("allow");
  });

  it("gives a draining stream nothing new, half-closes it, and asks again what it did not answer", async () => {
    const [draining, other] = [await aDecisionService(), await aDecisionService()];
    draining.respond = () => undefined;
    const { ask, warm } = aClient([draining, other]);
    await warm();
    const asked = Promise.all([ask("a", 60_000), ask("b", 60_000)]);
    await draining.nextItem();
    const [call] = draining.calls;

    draining.drain(false);
    await new Promise((resolve) => call?.once("end", resolve));
    await Promise.all([ask("c"), ask("d"), ask("e"), asked]);

    expect(draining.items).toHaveLength(2);
    expect(other.items).toHaveLength(5);
  });

  it("opens another stream to an address whose connection became too old", async () => {
    const service = await aDecisionService();
    const { ask, warm } = aClient([service]);
    await warm();
    const [old] = service.calls;

    service.drain(true);
    await new Promise((resolve) => old?.once("end", resolve));

    expect((await ask()).decision.verdict).toBe("allow");
  });

  it("is undecided-unavailable when nobody answers in time, whether or not somebody listens", async () => {
    const hung = await aDecisionService();
    hung.respond = () => undefined;
    const nobody = { address: "127.0.0.1:1" };

    await expect(aClient([hung]).ask("a", 400)).rejects.toMatchObject({ code: "undecided-unavailable" });
    await expect(aClient([], { addresses: [nobody.address] }).ask("a", 200)).rejects.toMatchObject({ code: "undecided-unavailable" });
  });

  it.each(["undecided-no-policy", "undecided-behind", "undecided-overloaded"] as const)("asks another address after %s", async (code) => {
    const [unable, able] = [await aDecisionService(), await aDecisionService()];
    unable.respond = () => new UndecidedError(code, "not here");
    const { ask, warm } = aClient([unable, able]);
    await warm();

    const answers = await Promise.all(Array.from({ length: 10 }, () => ask()));

    expect(answers).toHaveLength(10);
    able.respond = unable.respond;
    await expect(ask()).rejects.toMatchObject({ code, message: "not here" });
  });

  it("does not ask again what failed inside, which would fail there too", async () => {
    const service = await aDecisionService();
    service.respond = () => new UndecidedError("undecided-internal", "broken");
    const other = await aDecisionService();
    other.respond = service.respond;
    const { ask, warm } = aClient([service, other]);
    await warm();

    await expect(ask()).rejects.toMatchObject({ code: "undecided-internal" });

    expect(service.items.length + other.items.length).toBe(1);
  });

  it("takes no answer to a question that was not sent yet, and leaves the stream of who gives one", async () => {
    const service = await aDecisionService();
    service.respond = ({ id }) => {
      if (service.items.length > 1) return anAnswer({ decision: aDecision("deny") });
      for (const call of service.calls) {
        call.write({ answers: [{ id, response: toDecideResponse(anAnswer()) }], draining: undefined });
        call.write({ answers: [{ id: id + 1, response: toDecideResponse(anAnswer()) }], draining: undefined });
      }
      return undefined;
    };
    const { ask, warm } = aClient([service]);
    await warm();

    const first = await ask("nginx");
    const second = await ask("evil");

    expect([first, second].map(({ decision }) => decision.verdict)).toEqual(["allow", "deny"]);
    expect(service.items.map(({ workload }) => workload?.images[0]?.image)).toEqual(["nginx", "evil"]);
  });

  it("asks for the highest revision it has seen, so that no replica takes it back", async () => {
    const service = await aDecisionService();
    const revisions = [4, 4, 5];
    service.respond = () => allowedBy(aRevisionToken({ revision: revisions.shift() ?? 5 }));
    const { ask, warm } = aClient([service]);
    await warm();

    for (const _ of [1, 2, 3, 4]) await ask();

    expect(service.items.map(({ atLeast }) => atLeast?.revision)).toEqual([undefined, 4, 4, 5]);
  });

  it("takes no answer that is older than what it has seen, and asks another replica", async () => {
    const [one, other] = [await aDecisionService(), await aDecisionService()];
    one.respond = () => allowedBy(aRevisionToken({ revision: one.items.length === 1 ? 4 : 3 }));
    other.respond = () => allowedBy(aRevisionToken({ revision: 4 }));
    const { ask, warm } = aClient([one, other]);
    await warm();

    const answers = [];
    for (const image of ["a", "b", "c", "d", "e"]) answers.push(await ask(image));

    expect(one.items.length).toBeGreaterThan(1);
    expect(answers.map(({ decision }) => decision.servedAt.revision)).toEqual([4, 4, 4, 4, 4]);
  });

  it("refuses at once when too many questions wait", async () => {
    const service = await aDecisionService();
    service.respond = () => undefined;
    const { ask } = aClient([service], { maxPending: 2 });
    const waiting = [ask("a", 300), ask("b", 300)];

    await expect(ask("c")).rejects.toMatchObject({ code: "undecided-overloaded" });

    expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  it("finds replicas by a name, checks their certificates against it, and leaves those that are gone", async () => {
    const [one, other] = [await aDecisionService(), await aDecisionService()];
    let found: readonly string[] = ["127.0.0.1"];
    const options = { addresses: [`decision.test:${one.port}`], resolve: async () => found };
    const { ask } = aClient([one], options);
    await ask();

    found = ["127.0.0.2"];

    await expect.poll(() => one.calls.size, soon).toBe(0);
    expect(other.items).toHaveLength(0);
    await expect(
      aClient([one], { ...options, addresses: [`elsewhere.test:${one.port}`], resolve: async () => ["127.0.0.1"] }).ask("a", 400),
    ).rejects.toMatchObject({
      code: "undecided-unavailable",
    });
  });

  it("carries a workload of 6 MiB, and a denial with as many findings", async () => {
    const service = await aDecisionService();
    service.respond = () => anAnswer({ decision: aDecision("deny") });
    const { ask } = aClient([service]);

    const answer = await ask("x".repeat(6 * 1024 * 1024));

    expect(answer.decision.verdict).toBe("deny");
  });

  it("refuses an address it cannot read", () => {
    for (const address of ["decision", "decision:0", "decision:70000", "http://decision:1", "::1:8444", "[decision]:1"]) {
      expect(() => aClient([], { addresses: [address] })).toThrow(address);
    }
  });
});
