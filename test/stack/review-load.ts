import { readFile } from "node:fs/promises";
import { Agent } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { admissionReview, post } from "./review.ts";
import type { Stack, StackProcess } from "./stack.ts";

export interface LoadOptions {
  /** Reviews per second, over all front-ends; fewer where this machine does not manage. */
  readonly perSecond: number;
  /** Most reviews under way; a machine that is slower gets fewer reviews instead of a growing queue. */
  readonly maxInFlight: number;
}

/** Reviews that go on until they are told to stop. */
export interface ReviewLoad {
  /** How many were answered so far. */
  answered(): number;
  /** Resolves once `count` more were answered. */
  more(count: number): Promise<void>;
  /** Sends nothing new to a front-end, as a Service does once its readiness says no. */
  leaveOut(frontEnd: StackProcess): void;
  /** Sends to it again. */
  takeIn(frontEnd: StackProcess): void;
  /** Ends the load; resolves with everything that was not the right verdict in time. */
  stop(): Promise<readonly string[]>;
}

const tickMs = 10;

/** Sends AdmissionReviews to all front-ends in turn, as an API server would, every other one about an image that must be denied. */
export async function startReviewLoad(
  { frontEnds, pki }: Pick<Stack, "frontEnds" | "pki">,
  { perSecond, maxInFlight }: LoadOptions,
): Promise<ReviewLoad> {
  const [ca, cert, key] = await Promise.all(
    [pki.caFile, pki.apiServerClient.certFile, pki.apiServerClient.keyFile].map((file) => readFile(file)),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 32, ca, cert, key });
  const failures: string[] = [];
  const endpoints = new Set<StackProcess>(frontEnds);
  let sent = 0;
  let answered = 0;
  let isStopping = false;
  let onAnswered = () => {};

  async function review(number: number): Promise<void> {
    const isAllowed = number % 2 === 0;
    // Another tag each time, so that decisions are made and not repeated from a cache.
    const image = `${isAllowed ? "internal-registry.io" : "some-registry.io"}/app:${number}`;
    const port = [...endpoints][number % endpoints.size]?.port ?? 0;
    try {
      const { status, body } = await post(agent, port, admissionReview(String(number), image));
      if (!isRight(status, body, isAllowed)) failures.push(`${image} through ${port}: ${status} ${body}`);
    } catch (error) {
      failures.push(`${image} through ${port}: ${String(error)}`);
    }
    answered += 1;
    onAnswered();
  }

  async function run(): Promise<void> {
    const startedMs = performance.now();
    while (!isStopping) {
      const due = Math.floor(((performance.now() - startedMs) * perSecond) / 1_000);
      // What was missed while this machine was slow is not caught up with.
      for (let burst = 0; sent < due && sent - answered < maxInFlight && burst < perSecond / 20; burst++) void review(sent++);
      await sleep(tickMs);
    }
    while (answered < sent) await sleep(tickMs);
    agent.destroy();
  }

  const running = run();
  return {
    answered: () => answered,
    more(count) {
      const goal = answered + count;
      return new Promise((resolve) => {
        onAnswered = () => {
          if (answered >= goal) resolve();
        };
      });
    },
    leaveOut: (frontEnd) => void endpoints.delete(frontEnd),
    takeIn: (frontEnd) => void endpoints.add(frontEnd),
    async stop() {
      isStopping = true;
      await running;
      return failures;
    },
  };
}

/** A denial names the policy: "undecided", which is denied too, does not. */
function isRight(status: number, body: string, isAllowed: boolean): boolean {
  if (status !== 200) return false;
  const { response } = JSON.parse(body);
  if (isAllowed) return response.allowed === true;
  return response.allowed === false && String(response.status?.message).includes("trusted-registries");
}
