import { type NatsRevisionLog, RevisionLogError } from "@portcullis/policy-bus";
import { isJson, type RunCommand, textOption } from "../command-definition.ts";
import { withRevisionLog } from "../open-revision-log.ts";
import type { ExitStatus } from "../terminal.ts";
import { describeWeaknesses } from "./bus-check.ts";

/** `portcullis bus setup`. */
export const busSetup: RunCommand = ({ options }, terminal) =>
  withRevisionLog<ExitStatus>(options, terminal, async (log) => {
    const replicas = textOption(options, "replicas") === "1" ? 1 : 3;
    await setUp(log, replicas);
    const weaknesses = await log.selfCheck();
    const text = `the streams are there, ready for \`portcullis publish\`\n${describeWeaknesses(weaknesses, terminal)}`;
    await terminal.print(isJson(options) ? `${JSON.stringify({ weaknesses })}\n` : text);
    return 0;
  });

async function setUp(log: NatsRevisionLog, replicas: 1 | 3): Promise<void> {
  try {
    await log.setUp({ replicas });
  } catch (error) {
    if (!(error instanceof RevisionLogError) || error.code !== "bus-rejected" || replicas === 1) throw error;
    throw new RevisionLogError(error.code, `${error.message}; a single server keeps one copy: --replicas 1`, { cause: error });
  }
}
