/** How revisions travel: the port, in memory, and a watched folder. */
export type { PolicyBus, Revision } from "./policy-bus.ts";
