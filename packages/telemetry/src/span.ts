/** A unit of work in a trace. */
export interface Span {
  /** W3C `traceparent` to hand to the next process; the caller's own where nothing is traced. */
  readonly traceparent: string | undefined;
  setAttribute(name: string, value: string | number | boolean): void;
  recordError(error: unknown): void;
  end(): void;
}

export interface SpanOptions {
  /** W3C `traceparent` of the span this one belongs to. */
  readonly traceparent?: string | undefined;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
}

/** Starts a span; the caller ends it. Context is handed on explicitly, never by the runtime. */
export type StartSpan = (name: string, options?: SpanOptions) => Span;

/** Traces nothing, and hands the caller's context on. */
export const noSpan: StartSpan = (_name, options) => (options?.traceparent === undefined ? untraced : passingOn(options.traceparent));

const untraced = passingOn(undefined);

function passingOn(traceparent: string | undefined): Span {
  return { traceparent, setAttribute: nothing, recordError: nothing, end: nothing };
}

function nothing(): void {
  // Spans are off.
}
