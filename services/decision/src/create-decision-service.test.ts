import { type Bundle, type DecideContext, type Snapshot, UndecidedError, type Workload } from "@portcullis/policy";
import { memoryPolicyBus } from "@portcullis/policy-bus";
import { createTelemetry } from "@portcullis/telemetry";
import { aDecision, aRevisionToken, aWorkload, createFakeClock } from "@portcullis/testing";
import { describe, expect, it } from "vitest";
import { createDecisionService, type DecisionServiceOptions } from "./create-decision-service.ts";

const cacheOn = { allowTtlSeconds: 0, denyTtlSeconds: 0, maxEntries: 100 };

describe("createDecisionService", () => {
  it("answers by the policy of the bus, naming the revision it was served at", async () => {
    const { service, decide, bus } = aService();
    const token = await bus.publish(onlyFrom("quay.io/acme/**"));
    await service.ready();

    const allowed = await decide(aWorkload({ images: ["quay.io/acme/api"] }));
    const denied = await decide(aWorkload({ images: ["nginx"] }));

    expect(allowed.decision).toMatchObject({ verdict: "allow", servedAt: token });
    expect(denied.decision).toMatchObject({ verdict: "deny", servedAt: token });
    expect(allowed.decisionId).not.toBe(denied.decisionId);
  });

  it("is undecided, not allowing, while there is no policy", async () => {
    const { decide, service } = aService();

    await expect(decide(aWorkload())).rejects.toMatchObject({ code: "undecided-no-policy" });
    expect(service.readiness()).toMatchObject({ ready: false });
    await expect(service.explain(aWorkload(), { deadlineMs: 1e9 })).rejects.toThrow(UndecidedError);
  });

  it("keeps the revision in force when the next one does not compile", async () => {
    const { service, decide, bus, metric } = aService();
    const first = await bus.publish(onlyFrom("quay.io/acme/**"));
    await service.ready();

    await bus.publish(onlyFrom("quay.io*"));
    const third = await bus.publish(onlyFrom("quay.io/other/**"));
    await reached(service, third.revision);

    expect(first.revision).toBe(1);
    expect((await decide(aWorkload({ images: ["quay.io/other/api"] }))).decision.verdict).toBe("allow");
    expect(await metric("portcullis_decision_revision")).toBe(3);
  });

  it("waits for a revision that was asked for", async () => {
    const { service, decide, bus } = aService();
    const token = await bus.publish(onlyFrom("quay.io/one/**"));
    await service.ready();
    const atLeast = { ...token, revision: 2 };

    const waiting = decide(aWorkload({ images: ["quay.io/two/api"] }), { atLeast });
    await bus.publish(onlyFrom("quay.io/two/**"));
    const answer = await waiting;

    expect(answer.decision).toMatchObject({ verdict: "allow", servedAt: atLeast });
  });

  it("refuses at the deadline when that revision does not come", async () => {
    const { service, decide, bus, clock } = aService();
    const token = await bus.publish(onlyFrom("quay.io/one/**"));
    await service.ready();

    const waiting = decide(aWorkload(), { atLeast: { ...token, epoch: 2 }, deadlineMs: clock.now() + 500 });
    clock.advance(500);

    await expect(waiting).rejects.toMatchObject({ code: "undecided-behind" });
  });

  it("takes a token of another lineage for no wish", async () => {
    const { service, decide, bus } = aService();
    await bus.publish(onlyFrom("quay.io/one/**"));
    await service.ready();

    const answer = await decide(aWorkload(), { atLeast: aRevisionToken({ lineage: "elsewhere", revision: 99 }) });

    expect(answer.decision.verdict).toBe("deny");
  });

  it("is undecided when the deadline has passed", async () => {
    const { service, decide, bus, clock } = aService();
    await bus.publish(onlyFrom("quay.io/one/**"));
    await service.ready();

    await expect(decide(aWorkload(), { deadlineMs: clock.now() })).rejects.toMatchObject({ code: "undecided-deadline" });
  });

  it("is undecided when evaluating throws, keeps the text to the log, and caches nothing", async () => {
    let calls = 0;
    const { service, decide, bus, lines, metric } = aService({
      evaluate() {
        calls += 1;
        throw new TypeError("secret inside");
      },
    });
    await bus.publish(onlyFrom("quay.io/one/**"));
    await service.ready();

    const outcomes = await Promise.allSettled([decide(aWorkload()), decide(aWorkload({ images: ["quay.io/one/x"] }))]);
    await expect(decide(aWorkload())).rejects.toMatchObject({ code: "undecided-internal", message: expect.not.stringContaining("secret") });

    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(calls).toBe(3);
    expect(lines().filter(({ msg }) => msg === "deciding failed")[0]).toMatchObject({
      err: { stack: expect.stringContaining("secret inside") },
    });
    expect(await metric("portcullis_decision_decisions_total", { outcome: "undecided-internal" })).toBe(3);
  });

  it("evaluates equal workloads that arrive together once, and answers each under its own id", async () => {
    let calls = 0;
    const { service, decide, bus } = aService({ cache: { ...cacheOn, allowTtlSeconds: -1, denyTtlSeconds: -1 }, evaluate: counted });
    async function counted(snapshot: Snapshot) {
      calls += 1;
      return aDecision("allow", { servedAt: snapshot.revision });
    }
    await bus.publish(onlyFrom("quay.io/one/**"));
    await service.ready();

    const answers = await Promise.all([
      decide(aWorkload()),
      decide(aWorkload({ name: "other" })),
      decide(aWorkload({ namespace: "other" })),
    ]);

    expect(calls).toBe(2);
    expect(new Set(answers.map(({ decisionId }) => decisionId)).size).toBe(3);
    expect(answers.map(({ cacheTtlMs }) => cacheTtlMs)).toEqual([0, 0, 0]);
  });

  it("logs a decision once for as long as it repeats it, never more lines than allowed, and counts the rest", async () => {
    const { service, decide, bus, lines, metric, clock } = aService({ maxLogLinesPerSecond: 2 });
    await bus.publish(onlyFrom("quay.io/one/**"));
    await service.ready();

    const { decisionId } = await decide(aWorkload({ images: ["quay.io/one/a"] }));
    await decide(aWorkload({ images: ["quay.io/one/a"] }));
    for (const name of ["b", "c", "d"]) await decide(aWorkload({ images: [`quay.io/one/${name}`] }));
    await decide(aWorkload({ images: ["x".repeat(100_000)] }));
    clock.advance(1_000);
    await decide(aWorkload({ images: ["quay.io/one/e"] }));

    const logged = lines().filter(({ msg }) => msg === "allow" || msg === "deny");
    expect(logged.map(({ msg }) => msg)).toEqual(["allow", "allow", "deny", "allow"]);
    expect(logged[0]).toMatchObject({ decision_id: decisionId, images: ["quay.io/one/a"] });
    expect(JSON.stringify(logged[2]).length).toBeLessThan(4_096);
    expect(await metric("portcullis_decision_log_dropped_total")).toBe(2);
  });

  it("explains a denial, past the cache", async () => {
    const { service, bus } = aService();
    await bus.publish(onlyFrom("quay.io/one/**"));
    await service.ready();

    const { answer, steps } = await service.explain(aWorkload({ images: ["nginx"] }), { deadlineMs: 1e9 });

    expect(answer).toMatchObject({ cacheTtlMs: 0, decision: { verdict: "deny" } });
    expect(steps.join("\n")).toContain("no pattern allows it");
  });

  it("refuses a TTL outside what a kube-apiserver accepts", () => {
    for (const allowTtlSeconds of [-2, 1_801, 1.5, Number.NaN]) {
      expect(() => aService({ cache: { ...cacheOn, allowTtlSeconds } })).toThrow(RangeError);
    }
  });
});

function onlyFrom(pattern: string): Bundle {
  const text = `apiVersion: portcullis.dev/v1
kind: ImagePolicy
metadata: { name: trusted }
spec: { allow: ["${pattern}"] }
`;
  return { files: [{ path: "policy.yaml", text }] };
}

function aService(options: Partial<DecisionServiceOptions> = {}) {
  const clock = createFakeClock();
  const bus = memoryPolicyBus({ lineage: "test" });
  const written: string[] = [];
  const telemetry = createTelemetry({
    service: "decision",
    logLevel: "info",
    logDestination: { write: (line) => void written.push(line) },
    withProcessMetrics: false,
  });
  const service = createDecisionService({ bus, cache: cacheOn, telemetry, clock, ...options });
  return {
    bus,
    clock,
    service,
    decide: (workload: Workload, context: Partial<DecideContext> = {}) =>
      service.decide(workload, { deadlineMs: clock.now() + 2_500, ...context }),
    lines: (): readonly Record<string, unknown>[] => written.map((line) => JSON.parse(line)),
    async metric(name: string, labels: Readonly<Record<string, string>> = {}) {
      const metric = await telemetry.metrics.getSingleMetric(name)?.get();
      const entries = Object.entries(labels);
      return metric?.values.find((value) => entries.every(([label, word]) => value.labels[label] === word))?.value;
    },
  };
}

function reached(service: ReturnType<typeof aService>["service"], revision: number): Promise<void> {
  return new Promise((resolve) => {
    service.onRevision((token) => {
      if (token.revision >= revision) resolve();
    });
  });
}
