import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What a Service does: one address, behind which each new connection goes to the next replica that accepts it. */
export interface Balancer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startBalancer(replicaPorts: readonly number[]): Promise<Balancer> {
  let turn = 0;
  const open = new Set<Socket>();

  function track(socket: Socket): void {
    open.add(socket);
    socket.on("error", () => socket.destroy()).once("close", () => open.delete(socket));
  }

  /** The first replica in turn that accepts a connection; `undefined` when none does. */
  async function connectReplica(): Promise<Socket | undefined> {
    turn++;
    for (let attempt = 0; attempt < replicaPorts.length; attempt++) {
      const socket = connect({ host: "127.0.0.1", port: replicaPorts[(turn + attempt) % replicaPorts.length] ?? 0 });
      if (await isConnected(socket)) return socket;
    }
    return undefined;
  }

  async function serve(client: Socket): Promise<void> {
    track(client);
    const replica = await connectReplica();
    if (replica === undefined) {
      client.destroy();
      return;
    }
    track(replica);
    client.once("close", () => replica.destroy());
    replica.once("close", () => client.destroy());
    client.pipe(replica).pipe(client);
  }

  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => void serve(client)).listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server.close(), "close");
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function isConnected(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  });
}
