import type { OptionDefinition } from "./command-definition.ts";

/** What every command that answers something takes. */
export const outputOption: OptionDefinition = {
  flags: "-o, --output <form>",
  description: "text for people, json for programs: one object per answer and line",
  choices: ["text", "json"],
  defaultValue: "text",
};
