import { startTcpProxy, type TcpProxy } from "@portcullis/testing";

/** The way of one replica to every server, which can be made to fail alone. */
export interface BusAccess extends AsyncDisposable {
  readonly urls: readonly string[];
  readonly proxies: readonly TcpProxy[];
}

export async function openBusAccess(ports: readonly number[]): Promise<BusAccess> {
  const proxies = await Promise.all(ports.map((port) => startTcpProxy(port)));
  return {
    urls: proxies.map(({ port }) => `nats://127.0.0.1:${port}`),
    proxies,
    [Symbol.asyncDispose]: async () => void (await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()))),
  };
}
