import type { Terminal } from "./terminal.ts";

/** What is going on while somebody waits, on standard error. */
export interface ProgressLine {
  say(text: string): void;
  /** Leaves nothing of it on a terminal. */
  end(): void;
}

const clearLine = "\r\u001b[K";
const maxLength = 79;

/** Logs are read later: what took less time is not worth a line there. */
const lineEveryMs = 1_000;

/** Runs the callback later, unless the function that it returns is called before. */
type Schedule = (delayMs: number, callback: () => void) => () => void;

/** On a terminal one line that is written over; elsewhere a line a second, for as long as it takes. */
export function createProgressLine(terminal: Terminal, schedule: Schedule = scheduleTimer): ProgressLine {
  return terminal.canRewrite ? rewrittenLine(terminal) : spacedLines(terminal, schedule);
}

function rewrittenLine({ printError }: Terminal): ProgressLine {
  let isShown = false;
  return {
    say(text) {
      isShown = true;
      printError(`${clearLine}${text.slice(0, maxLength)}`);
    },
    end() {
      if (isShown) printError(clearLine);
      isShown = false;
    },
  };
}

function spacedLines({ printError }: Terminal, schedule: Schedule): ProgressLine {
  let newest = "";
  let said = "";
  let cancel: (() => void) | undefined;
  function sayNewest(): void {
    if (newest !== said) printError(`${newest}\n`);
    said = newest;
    cancel = schedule(lineEveryMs, sayNewest);
  }
  return {
    say(text) {
      newest = text;
      cancel ??= schedule(lineEveryMs, sayNewest);
    },
    end() {
      cancel?.();
      cancel = undefined;
    },
  };
}

function scheduleTimer(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
