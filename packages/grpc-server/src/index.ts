/** A gRPC server over mutual TLS: allowed names, bounds for strangers, health, drain. */
export { createGrpcServer, type GrpcServer, type GrpcServerOptions, type RefusalCounts } from "./create-grpc-server.ts";
export type { ServedStream } from "./served-streams.ts";
