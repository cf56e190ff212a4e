/** The decision service: snapshot, TTL caches, gRPC. */
