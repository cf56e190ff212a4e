import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import type { Load, LoadOptions } from "./http1-load.ts";
import type { TlsPair } from "./tls-material.ts";

const sessionCount = 2;

/** HTTP/2 as kube-apiserver's image policy plugin uses it: few connections, many streams. */
export function createHttp2Load({ port, path, bodies, tls, concurrency }: LoadOptions): Load {
  let sessions: ClientHttp2Session[] = [];
  let first = "";

  // Connections that wait long for their turn are closed by the server.
  async function openSessions(): Promise<void> {
    const alive = sessions.filter((session) => !session.closed && !session.destroyed);
    const missing = Array.from({ length: sessionCount - alive.length }, () => open(port, tls));
    sessions = [...alive, ...(await Promise.all(missing))];
  }

  function ask(session: ClientHttp2Session): Promise<void> {
    return new Promise((resolve, reject) => {
      const stream = session.request({
        ":method": "POST",
        ":path": path,
        "content-type": "application/json",
        "user-agent": "kube-apiserver",
        accept: "application/json, */*",
        "content-length": bodies.size,
      });
      let status: unknown;
      let answer = "";
      stream.on("response", (headers) => {
        status = headers[":status"];
      });
      stream.setEncoding("latin1");
      stream.on("data", (chunk: string) => {
        answer += chunk;
      });
      stream.on("error", reject);
      stream.on("end", () => {
        if (first === "") first = answer;
        if (status === 200) resolve();
        else reject(new Error(`${path} answered ${String(status)} ${answer.slice(0, 200)}`));
      });
      // Frames are written later than this call returns: the next body would overwrite this one.
      stream.end(Buffer.from(bodies.next()));
    });
  }

  return {
    async run(count) {
      await openSessions();
      let left = count;
      const startMs = performance.now();
      await Promise.all(
        Array.from({ length: concurrency }, async (_, index) => {
          const session = sessions[index % sessionCount];
          while (session !== undefined && left-- > 0) await ask(session);
        }),
      );
      return (performance.now() - startMs) / 1000;
    },
    firstAnswer: () => first,
    close: () => {
      for (const session of sessions) session.destroy();
    },
  };
}

async function open(port: number, tls: TlsPair): Promise<ClientHttp2Session> {
  const session = connect(`https://localhost:${port}`, { ...tls, host: "127.0.0.1" });
  await once(session, "connect");
  return session;
}
