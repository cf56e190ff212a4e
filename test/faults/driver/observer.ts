import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { HistoryEvent } from "../history/history-event.ts";

/** Notes what happens in a run, by the monotonic clock of this process, in memory and as JSON lines of a file. */
export interface Observer {
  readonly events: readonly HistoryEvent[];
  readonly file: string;
  now(): number;
  note(event: HistoryEvent): void;
  /** Everything that was noted is in the file once it returns. */
  flush(): void;
}

const linesAtOnce = 200;

export function createObserver(file: string): Observer {
  const events: HistoryEvent[] = [];
  let lines: string[] = [];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "");
  function flush(): void {
    appendFileSync(file, lines.join(""));
    lines = [];
  }
  return {
    events,
    file,
    now: () => performance.now(),
    note(event) {
      events.push(event);
      lines.push(`${JSON.stringify(event)}\n`);
      if (lines.length >= linesAtOnce) flush();
    },
    flush,
  };
}
