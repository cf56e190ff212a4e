import { type ArgumentDefinition, allOptions, type Example, type OptionDefinition } from "./command-definition.ts";
import { commands } from "./commands.ts";

/** What the reference page and shell completion say of one command. */
export interface CommandDescription {
  /** `decide`, `image parse`. */
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** `portcullis decide [options]`. */
  readonly usage: string;
  readonly arguments: readonly ArgumentDefinition[];
  /** Those every command has (`--help`) left out. */
  readonly options: readonly OptionDefinition[];
  readonly examples: readonly Example[];
}

/** Every command with all of its options, in the order of the help. Runs none of them. */
export async function describeCommands(): Promise<readonly CommandDescription[]> {
  return Promise.all(
    commands.map(async (command) => {
      const options = await allOptions(command);
      const words = [
        "portcullis",
        command.name,
        ...(options.length > 0 ? ["[options]"] : []),
        ...command.arguments.map(({ syntax }) => syntax.replace("...", "…")),
      ];
      const { name, summary, description, examples } = command;
      return { name, summary, description, usage: words.join(" "), arguments: command.arguments, options, examples };
    }),
  );
}
