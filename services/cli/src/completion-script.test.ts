import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { completionScript } from "./completion-script.ts";
import { describeCommands } from "./describe-commands.ts";

const commands = await describeCommands();

describe("completionScript", () => {
  it("completes commands, options and fixed values in bash, and leaves files to the shell", () => {
    const lines = [
      ["portcullis", "im"],
      ["portcullis", "image", ""],
      ["portcullis", "image", "parse", "--o"],
      ["portcullis", "image", "match", "--as", ""],
      ["portcullis", "decide", "-o", "j"],
      ["portcullis", "decide", "--file", ""],
      ["portcullis", "completion", "z"],
      ["portcullis", "rollout", ""],
      ["portcullis", "bus", "setup", "--replicas", ""],
    ];
    const script = `${completionScript("bash", commands)}
complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _portcullis; echo "\${COMPREPLY[*]}"; }
${lines.map((words) => `complete_words ${words.map((word) => `'${word}'`).join(" ")}`).join("\n")}`;

    const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });

    expect(stderr).toBe("");
    expect(stdout.split("\n")).toEqual([
      "image",
      "parse match --help",
      "--output",
      "allow deny",
      "json",
      "",
      "zsh",
      "status timeline --help",
      "1 3",
      "",
    ]);
  });

  it("names every command and option in zsh and fish", () => {
    const zsh = completionScript("zsh", commands);
    const fish = completionScript("fish", commands);

    // Without it, the first question after a shell has started would find nothing.
    expect(zsh).toContain('== _portcullis ]]; then _portcullis "$@"');
    for (const { name, options } of commands) {
      expect(zsh).toContain(`"${name}") reply=(`);
      expect(fish).toContain(`-a ${name.split(" ").at(-1)}`);
      for (const { flags } of options) expect(fish).toContain(`-l ${/--([a-z-]+)/.exec(flags)?.[1]}`);
    }
  });
});
