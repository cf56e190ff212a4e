import { describe, expect, it } from "vitest";
import { recordedTerminal } from "./recorded-terminal-fixture.ts";
import { describeFailure, run } from "./run.ts";

async function runOnce(...args: readonly string[]) {
  const terminal = recordedTerminal();

  const status = await run(args, "1.2.3", terminal);

  return { status, ...terminal.written };
}

describe("run", () => {
  it("names every command and where to go next in the help", async () => {
    const { status, output } = await runOnce("--help");

    expect(status).toBe(0);
    for (const command of ["serve", "decide", "image", "check", "test", "completion"]) expect(output).toContain(`  ${command}`);
    expect(output).toContain("portcullis COMMAND --help");
  });

  it("prints the version", async () => {
    expect(await runOnce("--version")).toEqual({ status: 0, output: "1.2.3\n", error: "" });
  });

  it("shows options and examples of a command", async () => {
    const { status, output } = await runOnce("image", "match", "--help");

    expect(status).toBe(0);
    expect(output).toContain("Usage: portcullis image match [options] <pattern> <ref...>");
    expect(output).toContain("--as <mode>");
    expect(output).toContain("Examples:\n  portcullis image match 'registry.internal/**'");
  });

  it("shows the help of a command that follows `help`", async () => {
    const { status, output } = await runOnce("help", "decide");

    expect(status).toBe(0);
    expect(output).toContain("--policies <path...>");
  });

  it.each([
    [["imge"], "portcullis: unknown command 'imge'; did you mean image? Or run `portcullis --help` (cli-usage)\n"],
    [["image", "prse"], "portcullis: unknown command 'prse'; did you mean parse? Or run `portcullis --help` (cli-usage)\n"],
    [
      ["decide", "--polices", "x"],
      "portcullis: unknown option '--polices'; did you mean --policies? Or run `portcullis decide --help` (cli-usage)\n",
    ],
    [["decide", "-f", "-"], "portcullis: option `-p, --policies <path...>` is required; run `portcullis decide --help` (cli-usage)\n"],
    [["completion"], "portcullis: missing required argument 'shell'; run `portcullis completion --help` (cli-usage)\n"],
    [["completion", "tcsh"], 'portcullis: there is no completion for "tcsh"; name bash, zsh or fish (cli-usage)\n'],
    [
      ["image", "match", "--as", "x", "a", "b"],
      "portcullis: option '--as <mode>' argument 'x' is invalid. Allowed choices are allow, deny; run `portcullis image match --help` (cli-usage)\n",
    ],
  ])("answers %j with one sentence and exit status 2", async (args, sentence) => {
    expect(await runOnce(...args)).toEqual({ status: 2, output: "", error: sentence });
  });

  it.each([[[]], [["image"]]])("treats %j, which asks for nothing, as a mistake of usage and shows the help", async (args) => {
    const { status, error } = await runOnce(...args);

    expect(status).toBe(2);
    expect(error).toContain("Usage: portcullis");
  });

  it("knows a command by its first word only: the name of another may follow as an argument", async () => {
    const { output } = await runOnce("image", "parse", "test", "--output", "json");

    expect(JSON.parse(output)).toMatchObject({ input: "test", path: "library/test" });
  });
});

describe("describeFailure", () => {
  it("says that an error without a code is a mistake of this program, and keeps its stack to itself", () => {
    const text = describeFailure(new TypeError("x is not a function"), {});

    expect(text).toBe(
      "portcullis: a mistake in this program: x is not a function; please report it with what PORTCULLIS_DEBUG=1 adds (cli-internal)\n",
    );
    expect(describeFailure(new TypeError("x"), { PORTCULLIS_DEBUG: "1" })).toContain("at ");
  });
});
