/** The decision service: snapshot, TTL caches, gRPC. */
export { type CacheOptions, defaultAllowTtlSeconds, defaultDenyTtlSeconds, maxTtlSeconds } from "./cache-ttl.ts";
export { type Clock, systemClock } from "./clock.ts";
export { createDecisionService, type DecisionService, type DecisionServiceOptions } from "./create-decision-service.ts";
