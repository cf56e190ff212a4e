import { surroundingsOf } from "@portcullis/process";
import { runControl } from "./run-control.ts";

process.exitCode = await runControl(surroundingsOf(process));
// Whatever is still open was given its time.
process.exit();
