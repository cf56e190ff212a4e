import { createServer } from "node:net";
import type { Random } from "./random.ts";

/** Linux takes the ports of outgoing connections from 32,768 on: one of those may be in use when a process that was killed wants it back. */
const firstPort = 21_000;
const lastPort = 31_000;

/** A port of 127.0.0.1 that is free, and that no outgoing connection will take. */
export async function findLastingPort(random: Random): Promise<number> {
  for (;;) {
    const port = random.between(firstPort, lastPort);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false)).once("listening", () => server.close(() => resolve(true)));
  server.listen(port, "127.0.0.1");
  return promise;
}
