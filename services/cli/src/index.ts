/** The `portcullis` command: what it can do, as data for reference pages. */
export { cliCodes, startCodes } from "./cli-error.ts";
export type { ArgumentDefinition, Example, OptionDefinition } from "./command-definition.ts";
export { type CommandDescription, describeCommands } from "./describe-commands.ts";
export { serveSchema } from "./serve-config.ts";
