/** Configuration of NATS servers: accounts, the rights of each part, and the credentials that go with them. */
export { generateNkeySeed, publicKeyOf } from "./nats/nats-identity.ts";
export {
  type ClusterServers,
  rightsPlanOf,
  type ServerConfigFile,
  type ServerConfigOptions,
  type ServerPlace,
  type ServerRelease,
  type ServerTls,
  serverReleases,
  writeServerConfig,
} from "./nats/server-config.ts";
export { type NatsPart, natsParts, type PartRights, type RightsPlan, rightsOf, type ServedCluster } from "./nats/server-parts.ts";
