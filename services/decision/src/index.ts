/** The decision service: snapshot, TTL caches, gRPC. */
export { type CacheOptions, defaultAllowTtlSeconds, defaultDenyTtlSeconds, maxTtlSeconds } from "./cache-ttl.ts";
export { type Clock, systemClock } from "./clock.ts";
export { createDecisionServer, type DecisionServer, type DecisionServerOptions } from "./create-decision-server.ts";
export { createDecisionService, type DecisionService, type DecisionServiceOptions } from "./create-decision-service.ts";
export type { ExplainedAnswer } from "./explain-decision.ts";
export { registerFolderProblems } from "./folder-problems-metric.ts";
