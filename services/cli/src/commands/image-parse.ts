import { formatImageReference, isReferenceProblem, parseImageReference } from "@portcullis/image-ref";
import { isJson, type RunCommand } from "../command-definition.ts";
import { splitLines, tooLong } from "../split-lines.ts";
import { type ExitStatus, styled, type Terminal, worseStatus } from "../terminal.ts";

/** No registry accepts a reference longer than a few hundred characters; escapes may take six each. */
const maxLineLength = 1024 * 1024;

type ParsedImage =
  | {
      readonly input: string;
      readonly ok: true;
      readonly host: string;
      readonly path: string;
      readonly tag: string | null;
      readonly digest: string | null;
      readonly canonical: string;
    }
  | { readonly input: string; readonly ok: false; readonly problem: string; readonly message: string };

/** `portcullis image parse`. */
export const imageParse: RunCommand = (invocation, terminal) => {
  const references = invocation.arguments;
  if (references.length === 0 || (references.length === 1 && references[0] === "-")) return answerLines(terminal);
  return answerArguments(references, isJson(invocation.options), terminal);
};

async function answerArguments(references: readonly string[], asJson: boolean, terminal: Terminal): Promise<ExitStatus> {
  const answers = references.map(parseOne);
  await terminal.print(answers.map((answer) => (asJson ? `${JSON.stringify(answer)}\n` : describe(answer, terminal))).join(""));
  return answers.every(({ ok }) => ok) ? 0 : 1;
}

async function answerLines(terminal: Terminal): Promise<ExitStatus> {
  let status: ExitStatus = 0;
  for await (const lines of splitLines(terminal.input(), maxLineLength)) {
    let text = "";
    for (const line of lines) {
      const answer = answerLine(line);
      status = worseStatus(status, statusOf(answer));
      text += `${JSON.stringify(answer)}\n`;
    }
    await terminal.print(text);
  }
  return status;
}

/** A line that is no JSON string asks nothing that could be answered; the lines after it still are. */
function statusOf(answer: ParsedImage): ExitStatus {
  if (answer.ok) return 0;
  return answer.problem === "cli-bad-line" ? 2 : 1;
}

function answerLine(line: string | typeof tooLong): ParsedImage {
  if (line === tooLong) return badLine("", `the line is longer than ${maxLineLength} characters`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return badLine(line, 'the line is no JSON; write one JSON string per line, such as "nginx:1.25"');
  }
  return typeof value === "string" ? parseOne(value) : badLine(line, "the line is JSON, but no string; write one JSON string per line");
}

function badLine(input: string, message: string): ParsedImage {
  return { input, ok: false, problem: "cli-bad-line", message };
}

function parseOne(input: string): ParsedImage {
  const parsed = parseImageReference(input);
  if (isReferenceProblem(parsed)) return { input, ok: false, problem: parsed.problem, message: parsed.message };
  const { host, path, tag, digest } = parsed;
  return { input, ok: true, host, path, tag, digest, canonical: formatImageReference(parsed) };
}

function describe(answer: ParsedImage, terminal: Terminal): string {
  const title = styled(terminal, "bold", answer.input);
  if (!answer.ok) return `${title}\n  ${styled(terminal, "red", "no image reference")}: ${answer.message} (${answer.problem})\n`;
  const rows = [
    ["host", answer.host],
    ["path", answer.path],
    ["tag", answer.tag ?? "none (a runtime takes latest, unless there is a digest)"],
    ["digest", answer.digest ?? "none"],
    ["canonical", answer.canonical],
  ];
  return `${title}\n${rows.map(([name = "", value = ""]) => `  ${name.padEnd(10)} ${value}\n`).join("")}`;
}
