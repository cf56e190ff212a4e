import { longName, type OptionDefinition } from "./command-definition.ts";
import type { CommandDescription } from "./describe-commands.ts";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

export function isShell(text: string): text is Shell {
  return shells.some((shell) => shell === text);
}

/** A script that completes commands, options, and the values of options that have a fixed set; files elsewhere. */
export function completionScript(shell: Shell, commands: readonly CommandDescription[]): string {
  switch (shell) {
    case "bash":
      return bashScript(toContexts(commands));
    case "zsh":
      return zshScript(toContexts(commands));
    case "fish":
      return fishScript(commands);
    default:
      return shell satisfies never;
  }
}

/** What may follow some words of a command line: `image`, `decide --output`. Without words, a file may. */
interface Context {
  readonly after: string;
  readonly words: readonly { readonly word: string; readonly note: string }[];
}

function toContexts(commands: readonly CommandDescription[]): readonly Context[] {
  const prefixes = [...new Set(commands.map(({ name }) => name.split(" ").slice(0, -1).join(" ")))].sort();
  return [...prefixes.map((prefix) => commandWords(commands, prefix)), ...commands.flatMap(optionContexts)];
}

function commandWords(commands: readonly CommandDescription[], prefix: string): Context {
  const start = prefix === "" ? "" : `${prefix} `;
  const words = new Map<string, string>();
  for (const { name, summary } of commands.filter((command) => command.name.startsWith(start))) {
    const [word = "", ...rest] = name.slice(start.length).split(" ");
    words.set(word, rest.length > 0 ? `${word} ${rest.join(" ")}, …` : summary);
  }
  words.set("--help", "print the help");
  return { after: prefix, words: [...words].map(([word, note]) => ({ word, note })) };
}

function optionContexts({ name, options }: CommandDescription): readonly Context[] {
  const fixed = name === "completion" ? shells.map((word) => ({ word, note: "a shell" })) : [];
  const own = options.map((option) => ({ word: `--${longName(option)}`, note: option.description }));
  const values = options.filter(takesValue).flatMap((option) => {
    const words = (option.choices ?? []).map((word) => ({ word, note: option.description }));
    return spellings(option).map((spelling) => ({ after: `${name} ${spelling}`, words }));
  });
  return [{ after: name, words: [...fixed, ...own, { word: "--help", note: "print the help" }] }, ...values];
}

function takesValue({ flags }: OptionDefinition): boolean {
  return flags.includes("<");
}

function spellings(option: OptionDefinition): readonly string[] {
  const short = /^(-[a-zA-Z]),/.exec(option.flags)?.[1];
  return [`--${longName(option)}`, ...(short === undefined ? [] : [short])];
}

function bashScript(contexts: readonly Context[]): string {
  const cases = contexts.map(({ after, words }) => `    "${after}") echo "${words.map(({ word }) => word).join(" ")}" ;;`);
  return `# bash completion for portcullis. Load it with: source <(portcullis completion bash)
_portcullis_words() {
  case "$1" in
${cases.join("\n")}
    *) return 1 ;;
  esac
}
_portcullis() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" context="" part words
  for part in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [ "\${part#-}" = "$part" ] && _portcullis_words "\${context:+$context }$part" >/dev/null; then
      context="\${context:+$context }$part"
    fi
  done
  words="$(_portcullis_words "$context $before" || _portcullis_words "$context")"
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _portcullis portcullis
`;
}

function zshScript(contexts: readonly Context[]): string {
  const cases = contexts.map(
    ({ after, words }) => `    "${after}") reply=(${words.map(({ word, note }) => quoted(`${word}:${note}`)).join(" ")}) ;;`,
  );
  return `#compdef portcullis
# zsh completion for portcullis. Save it as _portcullis in a folder of $fpath.
_portcullis_words() {
  case "$1" in
${cases.join("\n")}
    *) return 1 ;;
  esac
}
_portcullis() {
  local context="" part
  local -a reply
  for part in "\${(@)words[2,CURRENT-1]}"; do
    if [[ "$part" != -* ]] && _portcullis_words "\${context:+$context }$part"; then
      context="\${context:+$context }$part"
    fi
  done
  reply=()
  _portcullis_words "$context \${words[CURRENT-1]}" || _portcullis_words "$context"
  # A word that begins none of them is a file.
  if (( \${reply[(I)\${(b)words[CURRENT]}*]} )); then
    _describe portcullis reply
  else
    _files
  fi
}
# zsh runs the file in place of the function when that is first asked; sourced, it has to be made known.
if [[ "\${funcstack[1]}" == _portcullis ]]; then _portcullis "$@"; else compdef _portcullis portcullis; fi
`;
}

function fishScript(commands: readonly CommandDescription[]): string {
  const lines = toContexts(commands)
    .filter(({ after }) => !after.includes("-") && !commands.some(({ name }) => name === after))
    .flatMap(({ after, words }) =>
      words
        .filter(({ word }) => word !== "--help")
        .map(({ word, note }) => `complete -c portcullis -f -n ${quoted(fishCondition(after, words))} -a ${word} -d ${quoted(note)}`),
    );
  const options = commands.flatMap(({ name, options: own }) => own.map((option) => fishOption(name, option)));
  const fixed = `complete -c portcullis -f -n '__fish_seen_subcommand_from completion' -a ${quoted(shells.join(" "))}`;
  return `# fish completion for portcullis. Save it as ~/.config/fish/completions/portcullis.fish
${[...lines, ...options, fixed, "complete -c portcullis -l help -d 'print the help'"].join("\n")}
`;
}

function fishCondition(after: string, words: Context["words"]): string {
  const next = words.map(({ word }) => word).join(" ");
  return after === "" ? "__fish_use_subcommand" : `__fish_seen_subcommand_from ${after}; and not __fish_seen_subcommand_from ${next}`;
}

function fishOption(name: string, option: OptionDefinition): string {
  const seen = name.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
  const short = /^-([a-zA-Z]),/.exec(option.flags)?.[1];
  const value = takesValue(option) ? " -r" : "";
  const choices = option.choices === undefined ? "" : ` -f -a ${quoted(option.choices.join(" "))}`;
  const condition = quoted(seen.join("; and "));
  return `complete -c portcullis -n ${condition}${short === undefined ? "" : ` -s ${short}`} -l ${longName(option)}${value}${choices} -d ${quoted(option.description)}`;
}

/** For any of the three shells: nothing is special between single quotes but the quote itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("\\", "").replaceAll("'", "")}'`;
}
