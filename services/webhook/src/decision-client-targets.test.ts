import { EventEmitter, on } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import type { DecisionTarget } from "./decision-client-address.ts";
import { followTargets } from "./decision-client-targets.ts";

describe("followTargets", () => {
  it("takes IP addresses as they are, without a name to check", async () => {
    const { next } = following(["127.0.0.1:8444", "[::1]:8444", "127.0.0.1:8444"], async () => []);

    expect(await next()).toEqual([target("127.0.0.1:8444"), target("[::1]:8444")]);
  });

  it("takes every address of a name, of both families, and follows when they change", async () => {
    let found = ["10.0.0.1", "fd00::1"];
    const { next } = following(["decision.test:8444"], async () => found);
    const first = await next();

    found = ["10.0.0.2"];
    const second = await next();

    expect(first).toEqual([target("10.0.0.1:8444", "decision.test"), target("[fd00::1]:8444", "decision.test")]);
    expect(second).toEqual([target("10.0.0.2:8444", "decision.test")]);
  });

  it("keeps the last addresses of a name that does not resolve, and says so once", async () => {
    const answers = [["10.0.0.1"], new Error("timeout"), new Error("timeout"), [], ["10.0.0.2"]];
    const { next, problems } = following(["decision.test:8444"], async () => {
      const answer = answers.shift() ?? ["10.0.0.2"];
      if (answer instanceof Error) throw answer;
      return answer;
    });

    const seen = [await next(), await next()];

    expect(seen).toEqual([[target("10.0.0.1:8444", "decision.test")], [target("10.0.0.2:8444", "decision.test")]]);
    expect(problems).toEqual(["decision.test"]);
  });
});

function target(address: string, serverName?: string): DecisionTarget {
  return { address, serverName };
}

function following(addresses: readonly string[], resolve: (name: string) => Promise<readonly string[]>) {
  const events = new EventEmitter<{ targets: [readonly DecisionTarget[]] }>();
  const changes = on(events, "targets");
  const problems: string[] = [];
  const stop = followTargets({
    addresses,
    resolve,
    intervalMs: 5,
    onTargets: (targets) => events.emit("targets", targets),
    onProblem: (name) => problems.push(name),
  });
  onTestFinished(stop);
  return {
    problems,
    async next(): Promise<readonly DecisionTarget[]> {
      const { value } = await changes.next();
      return value?.[0] ?? [];
    },
  };
}
