import { Argument, Command, CommanderError, Option } from "commander";
import { allOptions, type CommandDefinition, type Invocation, longName, type OptionDefinition } from "./command-definition.ts";
import { commandGroups, commands } from "./commands.ts";
import type { ExitStatus } from "./terminal.ts";

/** What the arguments asked for: a command to run, or nothing more than what was printed already. */
export type Parsed =
  | { readonly command: CommandDefinition; readonly invocation: Invocation }
  | { readonly command: undefined; readonly exitStatus: ExitStatus; readonly out: string; readonly error: string };

/** Reads the arguments that follow `portcullis`. Options of the one command that is meant are loaded, no others. */
export async function parseArguments(args: readonly string[], version: string): Promise<Parsed> {
  const written = { out: "", error: "" };
  let chosen: { command: CommandDefinition; invocation: Invocation } | undefined;
  const program = createRoot(version);
  program.exitOverride().configureOutput({
    writeOut: (text) => {
      written.out += text;
    },
    writeErr: (text) => {
      written.error += text;
    },
    outputError: (text, write) => write(toSentence(text, meant?.name)),
  });
  const words = args.filter((arg) => !arg.startsWith("-") && arg !== "help");
  const meant = commands.find(({ name }) => name.split(" ").every((word, index) => words[index] === word));
  for (const command of commands) {
    const options = command === meant ? await allOptions(command) : command.options;
    toCommander(parentOf(program, command), command, options).action((...received: unknown[]) => {
      chosen = { command, invocation: toInvocation(received) };
    });
  }
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return ended(error, written);
  }
  if (chosen === undefined) return { command: undefined, exitStatus: 2, ...written };
  const absent = missingOption(chosen.command, chosen.invocation);
  return absent === undefined ? chosen : { command: undefined, exitStatus: 2, out: "", error: absent };
}

/** commander would name a missing option before an unknown one, which most often is the missing one misspelt. */
function missingOption({ name, options }: CommandDefinition, invocation: Invocation): string | undefined {
  const absent = options.find((option) => option.isRequired === true && invocation.options[longName(option)] === undefined);
  return absent && `portcullis: option \`${absent.flags}\` is required; run \`portcullis ${name} --help\` (cli-usage)\n`;
}

/** Every mistake of usage is exit status 2; commander's own is 1, which would say that the answer is no. */
function ended(error: CommanderError, written: { out: string; error: string }): Parsed {
  return { command: undefined, exitStatus: error.exitCode === 0 ? 0 : 2, ...written };
}

function createRoot(version: string): Command {
  return new Command("portcullis")
    .description("Decides which container images a Kubernetes cluster may run.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showSuggestionAfterError(true)
    .addHelpText("after", "\nRun `portcullis COMMAND --help` for options and examples, `portcullis serve` to try it.");
}

function parentOf(program: Command, { name }: CommandDefinition): Command {
  const [group, ...rest] = name.split(" ");
  if (group === undefined || rest.length === 0) return program;
  const known = program.commands.find((command) => command.name() === group);
  return known ?? program.command(group).description(commandGroups[group] ?? "");
}

function toCommander(parent: Command, definition: CommandDefinition, options: readonly OptionDefinition[]): Command {
  const command = parent.command(definition.name.split(" ").at(-1) ?? definition.name).summary(definition.summary);
  command.description([`${capitalised(definition.summary)}.`, definition.description].filter((text) => text !== "").join("\n\n"));
  for (const { syntax, description } of definition.arguments) command.addArgument(new Argument(syntax, description));
  for (const option of options) command.addOption(toOption(option));
  const examples = definition.examples.map(({ command: line, note }) => `  ${line}\n      ${note}`);
  return command.addHelpText("after", `\nExamples:\n${examples.join("\n")}`);
}

function toOption({ flags, description, choices, defaultValue, isRequired, isRepeatable }: OptionDefinition): Option {
  const option = new Option(flags, isRequired === true ? `${description} (required)` : description);
  if (choices !== undefined) option.choices(choices);
  if (defaultValue !== undefined) option.default(defaultValue);
  if (isRepeatable === true) option.argParser((value: string, before: readonly string[] = []) => [...before, value]);
  return option;
}

/** commander calls an action with one value per argument, then the options, then the command. */
function toInvocation(received: readonly unknown[]): Invocation {
  const command = received.at(-1);
  if (!(command instanceof Command)) throw new Error("an action was called without its command");
  const options = Object.fromEntries(
    command.options.map((option) => [option.name(), command.getOptionValue(option.attributeName())] as const),
  );
  return { arguments: command.args, options };
}

/** commander's `error: unknown command 'x'\n(Did you mean y?)` as our one sentence. */
function toSentence(text: string, command: string | undefined): string {
  const [problem = "", hint = ""] = text.trim().split("\n");
  const similar = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(hint)?.[1];
  const help = `run \`portcullis ${command === undefined ? "" : `${command} `}--help\``;
  const remedy = similar === undefined ? help : `did you mean ${similar}? Or ${help}`;
  return `portcullis: ${problem.replace(/^error: /, "").replace(/\.$/, "")}; ${remedy} (cli-usage)\n`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
