/** Builders, fake clock, process launcher, NATS servers; development only. */
export { aDecision, aFinding, anAnswer, aRevisionToken, aWorkload, type WorkloadOverrides } from "./builders.ts";
export { createFakeClock, type FakeClock } from "./fake-clock.ts";
export { findFreePort } from "./find-free-port.ts";
export { type LaunchedProcess, type LaunchOptions, launchProcess, type ProcessEnd } from "./launch-process.ts";
export { type FoundNatsProgram, findNatsProgram, type NatsProgram, type NatsRelease, natsReleases } from "./nats-program.ts";
export {
  type ConfiguredNats,
  type NatsCluster,
  type NatsServer,
  type NatsServerOptions,
  startConfiguredNats,
  startNats,
  startNatsCluster,
} from "./nats-server.ts";
export { type HeldDirection, startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
export { createTemporaryFolder, type TemporaryFolder } from "./temporary-folder.ts";
