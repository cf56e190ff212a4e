/** Settings of the control service, without the service: a door that loads no gRPC. */
export {};
