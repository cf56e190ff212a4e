import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { startTcpProxy } from "./tcp-proxy.ts";

describe("startTcpProxy", () => {
  it("passes bytes and ends on, both ways", async () => {
    const { proxy, accepted } = await aProxy();
    const client = open(proxy.port);
    const server = await accepted();

    client.end("ping");
    expect(await readAll(server)).toBe("ping");
    server.end("pong");

    expect(await readAll(client)).toBe("pong");
    await closed(client);
  });

  it("resets what is open when it is cut, and lets new connections through when it is healed", async () => {
    const { proxy, accepted } = await aProxy();
    const client = open(proxy.port);
    const server = await accepted();

    proxy.cut();
    expect(proxy.connections()).toBe(0);
    await Promise.all([closed(client), closed(server)]);
    await closed(open(proxy.port));
    proxy.heal();

    const second = open(proxy.port);
    (await accepted()).write("hello");
    expect(await read(second)).toBe("hello");
  });

  it("holds both directions without closing, and delivers all in order when it is healed", async () => {
    const { proxy, accepted } = await aProxy();
    const client = open(proxy.port);
    const server = await accepted();
    proxy.hold();

    client.write("one ");
    server.write("a ");
    await leadsNowhere(proxy.port, accepted);
    client.end("two");
    server.end("b");
    const received = { client: client.bytesRead, server: server.bytesRead };
    proxy.heal();

    expect(received).toEqual({ client: 0, server: 0 });
    expect(await Promise.all([readAll(server), readAll(client)])).toEqual(["one two", "a b"]);
  });

  it.each(["to-server", "to-client"] as const)("holds only what goes %s", async (direction) => {
    const { proxy, accepted } = await aProxy();
    const client = open(proxy.port);
    const server = await accepted();
    const [held, free] = direction === "to-server" ? [client, server] : [server, client];
    proxy.hold(direction);

    held.write("held");
    free.write("free");

    expect(await read(held)).toBe("free");
    expect(free.bytesRead).toBe(0);
    proxy.heal();
    expect(await read(free)).toBe("held");
  });

  it("tells the other side of an end only after it is healed", async () => {
    const { proxy, accepted } = await aProxy();
    const client = open(proxy.port);
    const server = await accepted();
    proxy.hold();

    server.resetAndDestroy();
    await leadsNowhere(proxy.port, accepted);
    expect(client.closed).toBe(false);
    proxy.heal();

    await closed(client);
  });

  it("ends connections to a port where nobody listens", async () => {
    const { proxy, listener } = await aProxy();
    listener.close();
    await once(listener, "close");

    await closed(open(proxy.port));
  });
});

async function aProxy() {
  const listener = createServer({ allowHalfOpen: true });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  const proxy = await startTcpProxy(typeof address === "object" && address !== null ? address.port : 0);
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]();
    listener.close();
  });
  return { proxy, listener, accepted: () => nextConnection(listener) };
}

async function nextConnection(listener: Server): Promise<Socket> {
  return new Promise((resolve) => listener.once("connection", (socket) => resolve(socket.on("error", () => undefined))));
}

function open(port: number): Socket {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

async function read(socket: Socket): Promise<string> {
  const [chunk] = await once(socket, "data");
  return String(chunk);
}

async function readAll(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

/** A reset is an error, and an end like another. */
async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
}

/** Opens one more connection, which takes about as long as bytes would need to arrive. */
async function leadsNowhere(port: number, accepted: () => Promise<Socket>): Promise<void> {
  const passed = accepted().then(() => "passed");
  await once(open(port), "connect");
  expect(await Promise.race([passed, new Promise((resolve) => setImmediate(() => resolve("held")))])).toBe("held");
}
