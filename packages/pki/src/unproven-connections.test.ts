import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { boundUnproven, type UnprovenConnections, type UnprovenConnectionsOptions, type UnprovenEnd } from "./unproven-connections.ts";

interface Port {
  readonly ends: readonly UnprovenEnd[];
  readonly unproven: UnprovenConnections;
  /** Both ends of a new connection. */
  dial(): Promise<{ readonly here: Socket; readonly there: Socket }>;
}

async function aPort(options: Omit<UnprovenConnectionsOptions, "onEnd">): Promise<Port> {
  const ends: UnprovenEnd[] = [];
  const unproven = boundUnproven({ ...options, onEnd: (reason) => ends.push(reason) });
  const server = createServer((socket) => {
    socket.on("error", () => undefined).resume();
    unproven.add(socket);
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    ends,
    unproven,
    async dial() {
      const here = connect((server.address() as AddressInfo).port, "127.0.0.1");
      here.on("error", () => undefined).resume();
      onTestFinished(() => void here.destroy());
      const [there] = await once(server, "connection");
      return { here, there };
    },
  };
}

describe("boundUnproven", () => {
  it("cuts a connection that is not proven in time", async () => {
    const { dial, ends } = await aPort({ maxAgeMs: 50 });
    const { here } = await dial();

    await once(here, "close");

    expect(ends).toEqual(["slow"]);
  });

  it("cuts the oldest where there are too many, and none that is proven", async () => {
    const { dial, ends, unproven } = await aPort({ maxCount: 2 });
    const proven = await dial();
    unproven.prove(proven.there);
    const oldest = await dial();
    const others = [await dial(), await dial()];

    await once(oldest.here, "close");

    expect(ends).toEqual(["crowded"]);
    expect([proven, ...others].map(({ there }) => there.destroyed)).toEqual([false, false, false]);
  });

  it("calls an end during the handshake a failed one, and no end after it", async () => {
    const { dial, ends, unproven } = await aPort({});
    const [failed, introduced, proven] = [await dial(), await dial(), await dial()];
    unproven.introduce(introduced.there);
    unproven.prove(proven.there);

    const closed = [failed, introduced, proven].map(({ here, there }) => {
      here.destroy();
      return once(there, "close");
    });
    await Promise.all(closed);

    expect(ends).toEqual(["handshake"]);
  });
});
