import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Which bytes a proxy holds back. One direction alone is what a broken route or a one-sided firewall rule does. */
export type HeldDirection = "both" | "to-server" | "to-client";

/** A proxy in front of one port of 127.0.0.1 that can be told to fail as networks do. `await using` ends it. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections that reach the server now. */
  connections(): number;
  /** Resets every connection, and each new one as soon as it is made. */
  cut(): void;
  /**
   * Lets no byte through and closes nothing: connections are half open, and an end on one side stays unknown to the other. New
   * connections are accepted and lead nowhere.
   */
  hold(direction?: HeldDirection): void;
  /** Lets everything through again: what was held arrives, in order, as TCP sends again after a loss. */
  heal(): void;
}

type ProxyState = "open" | "cut" | HeldDirection;

/** Starts a proxy that passes everything on to `serverPort`, also where nothing listens there yet. */
export async function startTcpProxy(serverPort: number): Promise<TcpProxy> {
  let state: ProxyState = "open";
  const parked = new Set<Socket>();
  const pairs = new Set<SocketPair>();

  function join(client: Socket): void {
    const pair = joinSockets(client, connect({ port: serverPort, host: "127.0.0.1", allowHalfOpen: true }), () => pairs.delete(pair));
    pairs.add(pair);
    pair.setState(state);
  }
  const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    client.on("error", () => undefined);
    if (state === "open") return join(client);
    if (state === "cut") return void client.resetAndDestroy();
    parked.add(client.once("close", () => parked.delete(client)));
  });
  function change(next: ProxyState): void {
    state = next;
    for (const pair of [...pairs]) pair.setState(next);
    const waiting = [...parked];
    if (next === "cut") for (const client of waiting) client.resetAndDestroy();
    if (next !== "open") return;
    parked.clear();
    for (const client of waiting) join(client);
  }

  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (typeof address !== "object" || address === null) throw new Error("the system named no port");
  return {
    port: address.port,
    connections: () => pairs.size,
    cut: () => change("cut"),
    hold: (direction = "both") => change(direction),
    heal: () => change("open"),
    async [Symbol.asyncDispose]() {
      change("cut");
      listener.close();
      await once(listener, "close");
    },
  };
}

interface SocketPair {
  setState(state: ProxyState): void;
}

function joinSockets(client: Socket, server: Socket, onEnd: () => void): SocketPair {
  let state: ProxyState = "open";
  const isHeld = (direction: HeldDirection) => state === "both" || state === direction;

  function pass(from: Socket, to: Socket, direction: HeldDirection): () => void {
    const resume = () => (isHeld(direction) || to.writableNeedDrain ? from.pause() : from.resume());
    from.on("data", (chunk) => (to.write(chunk) ? undefined : from.pause()));
    from.on("end", () => to.end());
    to.on("drain", resume);
    return resume;
  }
  const resumeBoth = [pass(client, server, "to-server"), pass(server, client, "to-client")];

  function settle(): void {
    // While bytes are held, the end of one side is news that does not reach the other.
    if (state !== "open" && state !== "cut") return;
    const isOver = state === "cut" || isBroken(client) || isBroken(server) || (client.closed && server.closed);
    if (!isOver) return;
    client.resetAndDestroy();
    server.resetAndDestroy();
    onEnd();
  }
  for (const socket of [client, server]) socket.on("error", () => undefined).on("close", settle);

  return {
    setState(next) {
      state = next;
      settle();
      for (const resume of resumeBoth) resume();
    },
  };
}

function isBroken(socket: Socket): boolean {
  return socket.closed && (socket.errored !== null || !socket.readableEnded);
}
