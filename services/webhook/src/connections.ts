import { constants, type Http2SecureServer, type Http2Session } from "node:http2";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { RawRequest } from "./received-body.ts";

/** Ends connections politely: an HTTP/2 session by GOAWAY, an HTTP/1.1 one by `Connection: close` in its next answer. */
export interface Connections {
  /** Whether the answer to this HTTP/1.1 request must be its connection's last. */
  mustClose(raw: RawRequest): boolean;
  /** Asks every connection that is open now to end; those that come later live their full age. */
  retireAll(): void;
  /** From now on every connection, new ones too, is asked to end. */
  retireForGood(): void;
  /** Resolves when none is open, or after `timeoutMs`. */
  closed(timeoutMs: number): Promise<void>;
  /** Ends every connection at once: a caller that holds a stream open would keep the server from closing. */
  destroyAll(): void;
}

export interface ConnectionsOptions {
  /** A connection is asked to end at this age, a tenth more or less, so that one API server does not stick to one replica. */
  readonly maxAgeMs: number;
  /** An HTTP/2 session is cut this long after it was asked to end. */
  readonly lastStreamMs: number;
}

/** Between "open no more streams" and the end: a request that is on its way when the first GOAWAY leaves is still served. */
const goawayGraceMs = 1_000;
const anyStreamId = 2 ** 31 - 1;

/** Follows every connection of a server from its handshake on. */
export function followConnections(server: Http2SecureServer, { maxAgeMs, lastStreamMs }: ConnectionsOptions): Connections {
  /** Until when each open TLS connection may be used, on the monotonic clock. */
  const limitsMs = new Map<Duplex, number>();
  const sessions = new Set<Http2Session>();
  let isRetiring = false;
  let onEmpty: (() => void) | undefined;

  server.on("secureConnection", (socket: TLSSocket) => {
    limitsMs.set(socket, performance.now() + jittered(maxAgeMs));
    socket.once("close", () => {
      limitsMs.delete(socket);
      if (limitsMs.size === 0) onEmpty?.();
    });
  });
  server.on("session", (session) => {
    sessions.add(session);
    const timer = setTimeout(() => retireSession(session, lastStreamMs), isRetiring ? 0 : jittered(maxAgeMs)).unref();
    session.once("close", () => {
      clearTimeout(timer);
      sessions.delete(session);
    });
  });

  function retireAll(): void {
    for (const socket of limitsMs.keys()) limitsMs.set(socket, 0);
    for (const session of sessions) retireSession(session, lastStreamMs);
  }

  return {
    mustClose: (raw) => isRetiring || (limitsMs.get(raw.socket) ?? Number.POSITIVE_INFINITY) <= performance.now(),
    retireAll,
    retireForGood() {
      isRetiring = true;
      retireAll();
    },
    async closed(timeoutMs) {
      if (limitsMs.size === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      onEmpty = resolve;
      const timer = setTimeout(resolve, timeoutMs);
      await promise;
      clearTimeout(timer);
    },
    destroyAll() {
      for (const session of sessions) session.destroy();
      for (const socket of limitsMs.keys()) socket.destroy();
    },
  };
}

function retireSession(session: Http2Session, lastStreamMs: number): void {
  if (session.closed || session.destroyed) return;
  session.goaway(constants.NGHTTP2_NO_ERROR, anyStreamId);
  const closing = setTimeout(() => session.close(), goawayGraceMs).unref();
  // Closing waits for every stream, and whoever never reads an answer holds his for ever.
  const ending = setTimeout(() => session.destroy(), lastStreamMs).unref();
  session.once("close", () => {
    clearTimeout(closing);
    clearTimeout(ending);
  });
}

function jittered(milliseconds: number): number {
  return milliseconds * (0.9 + Math.random() * 0.2);
}
