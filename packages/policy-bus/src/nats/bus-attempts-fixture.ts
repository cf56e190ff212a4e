import { setImmediate } from "node:timers/promises";
import { connect, type NatsConnection, PermissionViolationError } from "@nats-io/transport-node";
import { onTestFinished } from "vitest";
import { type NatsIdentity, toConnectionIdentity } from "./nats-identity.ts";

/** `refused`: the server said that there is no right. `nobody`: it said that nobody is there. */
export type Attempt = "answered" | "refused" | "nobody" | "silent";

/** A connection that tells what became of each thing that was tried. */
export interface Intruder {
  readonly connection: NatsConnection;
  /** Sends with a subject for the answer, its own unless said otherwise. */
  send(subject: string, body?: string, answerTo?: string): Promise<Attempt>;
  /** `refused`, or `silent`: it is subscribed. */
  listen(subject: string, onMessage?: (subject: string) => void): Promise<Attempt>;
}

const silenceMs = 2_000;

/** Connects as somebody; until the test ends. */
export async function openIntruder(url: string, identity: NatsIdentity): Promise<Intruder> {
  const { inboxPrefix, ...as } = toConnectionIdentity(identity);
  const connection = await connect({ servers: [url], ...as, inboxPrefix, reconnect: false });
  onTestFinished(() => connection.close());
  let refused = 0;
  void (async () => {
    for await (const status of connection.status()) {
      if (status.type === "error" && status.error instanceof PermissionViolationError) refused++;
    }
  })();
  const answers = new Map<string, (attempt: Attempt) => void>();
  connection.subscribe(`${inboxPrefix}.>`, {
    callback: (_error, { subject, headers }) => answers.get(subject)?.(headers?.code === 503 ? "nobody" : "answered"),
  });
  let count = 0;

  /** What is refused is refused before the answer to a ping. */
  async function isRefused(attempt: () => void): Promise<boolean> {
    const before = refused;
    attempt();
    await connection.flush();
    await setImmediate();
    return refused > before;
  }

  return {
    connection,
    async send(subject, body = "", answerTo) {
      const reply = answerTo ?? `${inboxPrefix}.try.${++count}`;
      const { promise, resolve } = Promise.withResolvers<Attempt>();
      answers.set(reply, resolve);
      if (await isRefused(() => connection.publish(subject, body, { reply }))) return "refused";
      if (answerTo !== undefined) return "silent";
      const timer = setTimeout(() => resolve("silent"), silenceMs);
      return promise.finally(() => clearTimeout(timer));
    },
    async listen(subject, onMessage = () => undefined) {
      const callback = (error: Error | null, message: { readonly subject: string }) =>
        error === null ? onMessage(message.subject) : undefined;
      return (await isRefused(() => void connection.subscribe(subject, { callback }))) ? "refused" : "silent";
    },
  };
}
