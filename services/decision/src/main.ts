import { surroundingsOf } from "@portcullis/process";
import { runDecision } from "./run-decision.ts";

process.exitCode = await runDecision(surroundingsOf(process));
// Whatever is still open was given its time.
process.exit();
