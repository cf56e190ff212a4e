/** Metrics, logs, spans, the admin port and shutdown order. */
export { type AdminServer, type AdminServerOptions, createAdminServer, type Readiness } from "./admin-server.ts";
export { createShutdown, type Shutdown, type ShutdownOutcome } from "./shutdown.ts";
export { noSpan, type Span, type SpanOptions, type StartSpan } from "./span.ts";
export { StartError, type StartErrorCode, startErrorCodes, toStartError } from "./start-error.ts";
export { type Tally, TallyCounter } from "./tally-counter.ts";
export { type HistogramChild, TallyHistogram } from "./tally-histogram.ts";
export { createTelemetry, type Telemetry, type TelemetryOptions } from "./telemetry.ts";
