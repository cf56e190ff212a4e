import { type Msg, type NatsConnection, PermissionViolationError } from "@nats-io/transport-node";
import { RevisionLogError } from "../revision-log-error.ts";
import { keepConnected, type NatsServers } from "./keep-connected.ts";

/** A connection that is opened in the background, and again whenever it is lost, for as long as it takes. */
export interface NatsLink {
  /** Resolves with an open connection; rejects with `bus-unavailable` when there is none by `deadlineMs` of `performance`. */
  connection(deadlineMs: number): Promise<NatsConnection>;
  /** `onGap` is called after each time that messages may have been missed. Returns a function that ends the subscription. */
  subscribe(subject: string, onMessage: (message: Msg) => void, onGap?: () => void): () => void;
  /** Whether the server said of the current connection that it may not send to the subject, or to what that is mapped to. */
  isRefused(subject: string): boolean;
  close(): Promise<void>;
}

interface Subscription {
  readonly subject: string;
  readonly onMessage: (message: Msg) => void;
  readonly onGap: () => void;
  end: () => void;
}

/** Starts connecting, and does not wait for it: a replica must start while no server answers. */
export function createNatsLink(servers: NatsServers): NatsLink {
  const closing = new AbortController();
  const subscriptions = new Set<Subscription>();
  const waiting = new Set<(connection: NatsConnection) => void>();
  let current: NatsConnection | undefined;
  /** The newest one, lost for now or not: what is subscribed to meanwhile holds once it is back. */
  let newest: NatsConnection | undefined;
  let lastProblem: unknown;
  const refused = new Set<string>();

  const listener = {
    onNew: (connection: NatsConnection) => {
      refused.clear();
      newest = connection;
      for (const subscription of subscriptions) attach(subscription, connection);
    },
    onOpen: (connection: NatsConnection) => {
      current = connection;
      for (const resume of waiting) resume(connection);
      for (const { onGap } of subscriptions) onGap();
    },
    onLost: () => {
      current = undefined;
    },
    onProblem: (problem: unknown) => {
      lastProblem = problem;
      if (problem instanceof PermissionViolationError && refused.size < maxRefused) refused.add(problem.subject);
    },
  };

  function waitForConnection(deadlineMs: number): Promise<NatsConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<NatsConnection>();
    const abort = () => reject(closedError());
    const timer = setTimeout(() => reject(unavailable(servers, lastProblem)), Math.max(0, deadlineMs - performance.now()));
    waiting.add(resolve);
    closing.signal.addEventListener("abort", abort);
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(resolve);
      closing.signal.removeEventListener("abort", abort);
    });
  }

  const done = keepConnected(servers, listener, closing.signal);
  return {
    async connection(deadlineMs) {
      if (closing.signal.aborted) throw closedError();
      return current ?? waitForConnection(deadlineMs);
    },
    subscribe(subject, onMessage, onGap = () => undefined) {
      if (closing.signal.aborted) throw closedError();
      const subscription: Subscription = { subject, onMessage, onGap, end: () => undefined };
      subscriptions.add(subscription);
      if (newest !== undefined && !newest.isClosed()) attach(subscription, newest);
      return () => {
        subscriptions.delete(subscription);
        subscription.end();
      };
    },
    isRefused: (subject) => refused.has(subject) || refused.has(withoutDomain(subject)),
    async close() {
      closing.abort();
      subscriptions.clear();
      await done;
    },
  };
}

function attach(subscription: Subscription, connection: NatsConnection): void {
  const { subject, onMessage } = subscription;
  const attached = connection.subscribe(subject, { callback: (error, message) => (error === null ? onMessage(message) : undefined) });
  subscription.end = () => (connection.isClosed() ? undefined : attached.unsubscribe());
}

const maxRefused = 100;

/** Where a server maps a domain away, it names what is left when it refuses. */
function withoutDomain(subject: string): string {
  return subject.replace(/^\$JS\.[^.]+\.API\./, "$JS.API.");
}

function unavailable({ servers }: NatsServers, cause: unknown): RevisionLogError {
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  return new RevisionLogError("bus-unavailable", `no connection to ${servers.join(", ")}${why}`, { cause });
}

function closedError(): RevisionLogError {
  return new RevisionLogError("bus-closed", "this revision log is closed; open a new one");
}
