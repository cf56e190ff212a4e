/** The `portcullis` command: what it can do, and what it can be told, as data for reference pages. */
export { cliCodes, startCodes } from "./cli-error.ts";
export type { ArgumentDefinition, Example, OptionDefinition } from "./command-definition.ts";
export { type CommandDescription, describeCommands } from "./describe-commands.ts";
export { type ServeConfig, serveSchema } from "./serve-config.ts";
