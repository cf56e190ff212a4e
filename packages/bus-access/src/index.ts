/** How a service reaches the NATS servers that carry policy: settings, files, identity. */
export type { BusIdentity } from "./bus-settings.ts";
export { type BusStartCode, BusStartError, busStartCodes } from "./bus-start-error.ts";
export { type BusAccess, openRevisionLog } from "./open-revision-log.ts";
export { type Warn, warnOfWeaknesses } from "./warn-of-weaknesses.ts";
