import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import type { BodySource } from "./review-body.ts";
import type { TlsPair } from "./tls-material.ts";

/** Keeps connections to one server and asks it. */
export interface Load {
  /** Asks `count` times; resolves with the seconds it took. Rejects on any answer that is not 200. */
  run(count: number): Promise<number>;
  /** Body of the first answer of all. */
  firstAnswer(): string;
  close(): void;
}

export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  readonly bodies: BodySource;
  readonly tls: TlsPair;
  readonly concurrency: number;
}

/** HTTP/1.1 keep-alive as kube-apiserver uses it, written by hand so that asking costs less than answering. */
export function createHttp1Load({ port, path, bodies, tls, concurrency }: LoadOptions): Load {
  const head = Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nUser-Agent: kube-apiserver-admission\r\nAccept: application/json, */*\r\n` +
      `Content-Type: application/json\r\nAccept-Encoding: gzip\r\nContent-Length: ${bodies.size}\r\n\r\n`,
  );
  let sockets: TLSSocket[] = [];
  let first = "";

  // Connections that wait long for their turn are closed by the server.
  async function openSockets(): Promise<void> {
    const alive = sockets.filter((socket) => !socket.destroyed && !socket.readableEnded);
    const missing = Array.from({ length: concurrency - alive.length }, () => open(port, tls));
    sockets = [...alive, ...(await Promise.all(missing))];
  }

  function keepFirst(answer: string): void {
    if (first === "") first = answer.slice(answer.indexOf("\r\n\r\n") + 4);
  }
  function ask(socket: TLSSocket): Promise<void> {
    return new Promise((resolve, reject) => {
      let answer = "";
      const onData = (chunk: string): void => {
        answer += chunk;
        if (!isWhole(answer)) return;
        socket.off("data", onData).off("close", onClose);
        keepFirst(answer);
        if (answer.startsWith("HTTP/1.1 200")) resolve();
        else reject(new Error(`${path} answered ${answer.slice(0, 200)}`));
      };
      const onClose = (): void => reject(new Error(`${path}: the server closed the connection`));
      socket.on("data", onData).on("close", onClose);
      socket.write(Buffer.concat([head, bodies.next()]));
    });
  }

  return {
    async run(count) {
      await openSockets();
      let left = count;
      const startMs = performance.now();
      await Promise.all(
        sockets.map(async (socket) => {
          while (left-- > 0) await ask(socket);
        }),
      );
      return (performance.now() - startMs) / 1000;
    },
    firstAnswer: () => first,
    close: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function open(port: number, tls: TlsPair): Promise<TLSSocket> {
  const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ALPNProtocols: ["http/1.1"], ...tls });
  await once(socket, "secureConnect");
  return socket.setNoDelay(true).setEncoding("latin1");
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.slice(0, end))?.[1];
  return length !== undefined && answer.length >= end + 4 + Number(length);
}
