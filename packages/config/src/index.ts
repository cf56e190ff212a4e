/** Schema, file, environment and flags into one frozen, validated object. */
export { ConfigError, type ConfigProblem, configCodes } from "./config-error.ts";
export { type ConfigRow, configurationTable, describeConfig } from "./describe-config.ts";
export { type ConfigSources, loadConfig } from "./load-config.ts";
