import { constants, fstatSync, openSync, write } from "node:fs";
import type { DestinationStream } from "pino";

/** Where log lines go. Writing never throws, never waits, and holds a bounded number of lines that nobody takes. */
export interface LogOutput extends DestinationStream {
  /** Resolves once all was written that is held, or after `timeoutMs`. */
  flush(timeoutMs?: number): Promise<void>;
}

export interface LogOutputOptions {
  readonly onDropped: () => void;
  /** UTF-16 units of lines that are held while they cannot be written. Default 1 Mi. */
  readonly maxHeld?: number;
  /** After an error such as a full disk. Default 500. */
  readonly retryMs?: number;
}

const fullPipeMs = 20;

/** Nobody will ever read on. */
const closedCodes: readonly (string | undefined)[] = ["EPIPE", "EBADF"];

/**
 * Writes lines to a file descriptor, by the thread pool. A reader that hangs would hold whoever writes to a full pipe at once, and a
 * full disk makes writing fail: neither may keep a service from answering. What cannot be written is tried again, so that no line is
 * torn, and lines beyond `maxHeld` are dropped; how many is said once there is room.
 */
export function createLogOutput(to: number, { onDropped, maxHeld = 1024 * 1024, retryMs = 500 }: LogOutputOptions): LogOutput {
  const fd = openWithoutWaiting(to);
  let held: string[] = [];
  let heldLength = 0;
  let dropped = 0;
  let leaving: Buffer = Buffer.alloc(0);
  let isBusy = false;
  let isClosed = false;
  const onIdle: (() => void)[] = [];

  function next(): void {
    if (leaving.length === 0) leaving = takeHeld();
    isBusy = leaving.length > 0;
    if (isBusy) write(fd, leaving, onWritten);
    else for (const resolve of onIdle.splice(0)) resolve();
  }

  function takeHeld(): Buffer {
    const text = held.join("") + (dropped > 0 ? describeDropped(dropped) : "");
    held = [];
    heldLength = 0;
    dropped = 0;
    return Buffer.from(text);
  }

  function onWritten(error: NodeJS.ErrnoException | null, bytes: number): void {
    if (error === null) leaving = leaving.subarray(bytes);
    else if (!closedCodes.includes(error.code)) {
      setTimeout(next, error.code === "EAGAIN" ? fullPipeMs : retryMs).unref();
      return;
    } else {
      isClosed = true;
      leaving = Buffer.alloc(0);
      takeHeld();
    }
    next();
  }

  return {
    write(line) {
      if (isClosed) return;
      if (heldLength + line.length > maxHeld) {
        dropped += 1;
        onDropped();
        return;
      }
      held.push(line);
      heldLength += line.length;
      if (!isBusy) next();
    },
    flush(timeoutMs = 1_000) {
      if (!isBusy) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        onIdle.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}

/**
 * A write to a full pipe would keep a thread of the pool, which a process that exits waits for. Not waiting is a property of an open
 * file that others may share, so the pipe is opened once more. That takes a Linux, and rights that a container's user may not have.
 */
function openWithoutWaiting(fd: number): number {
  try {
    return fstatSync(fd).isFIFO() ? openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK) : fd;
  } catch {
    return fd;
  }
}

function describeDropped(count: number): string {
  const fields = {
    level: "warn",
    time: new Date().toISOString(),
    dropped: count,
    msg: "log lines were dropped: they could not be written",
  };
  return `${JSON.stringify(fields)}\n`;
}
