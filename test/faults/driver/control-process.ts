import { join } from "node:path";
import type { ControlAnswer, ControlRequest, ControlSettings, PublishedAnswer } from "./control-messages.ts";
import { type WatchedProcess, watchProcess } from "./watched-process.ts";

/** Whoever publishes, as a process that may be killed. */
export interface ControlProcess extends AsyncDisposable {
  /** Resolves with what became of it; `killed` where the process ended before it said so. */
  publish(request: Omit<ControlRequest, "id">): Promise<PublishedAnswer>;
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

const main = join(import.meta.dirname, "..", "processes", "control.ts");
const killed: PublishedAnswer = { outcome: "killed", why: null, position: null, digest: null };

/** Starts the process, and another one whenever something is to be published and it was killed. */
export function createControlProcess(settings: ControlSettings): ControlProcess {
  const waiting = new Map<number, (answer: PublishedAnswer) => void>();
  let current: WatchedProcess | undefined;
  let requests = 0;

  async function running(): Promise<WatchedProcess> {
    if (current?.isRunning() === true) return current;
    current = await watchProcess({
      main,
      args: [JSON.stringify(settings)],
      onLine: () => undefined,
      onMessage: (message) => {
        const answer = toAnswer(message);
        waiting.get(answer.id)?.(answer);
      },
      onEnd: () => {
        for (const resolve of waiting.values()) resolve(killed);
      },
    });
    return current;
  }

  async function kill(): Promise<void> {
    current?.signal("SIGKILL");
    await current?.ended();
  }

  return {
    async publish(request) {
      const process_ = await running();
      requests += 1;
      const id = requests;
      const { promise, resolve } = Promise.withResolvers<PublishedAnswer>();
      waiting.set(id, resolve);
      process_.send({ id, ...request });
      if (!process_.isRunning()) resolve(killed);
      return promise.finally(() => waiting.delete(id));
    },
    kill,
    signal: (signal) => current?.signal(signal),
    [Symbol.asyncDispose]: kill,
  };
}

/** Both ends are of this repository. */
function toAnswer(message: unknown): ControlAnswer {
  return JSON.parse(JSON.stringify(message));
}
