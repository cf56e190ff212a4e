import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { findNatsProgram, type NatsProgram } from "@portcullis/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseTutorial, startTutorial, type TutorialReader, withoutAccidents } from "./tutorial.ts";

const steps = parseTutorial(readFileSync(resolve(import.meta.dirname, "../../docs/publishing.md"), "utf8"));
const program = await findNatsProgram("newest");

if ("missing" in program) it("docs/publishing.md", ({ skip }) => skip(program.missing));
else describe(`docs/publishing.md, followed on nats-server ${program.version}`, () => suite(program));

function suite(nats: NatsProgram): void {
  let reader: TutorialReader;
  beforeAll(async () => {
    reader = await startTutorial(nats);
  });
  afterAll(() => reader[Symbol.asyncDispose]());

  it("shows as much as there is to try", () => {
    expect(steps.filter(({ kind }) => kind === "run").length).toBeGreaterThanOrEqual(12);
  });

  it.each(steps.map((step) => ({ step, name: "path" in step ? step.path : "command" in step ? step.command : step.commands.trim() })))(
    "holds for $name",
    async ({ step }) => {
      const { exitStatus, output, error } = await reader.follow(step);

      if (step.kind !== "run") return;
      expect(exitStatus, error).toBe(step.exitStatus);
      if (step.output !== undefined) expect(withoutAccidents(output)).toBe(withoutAccidents(step.output));
    },
  );
}
