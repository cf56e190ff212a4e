import { surroundingsOf } from "@portcullis/process";
import { runWebhook } from "./run-webhook.ts";

process.exitCode = await runWebhook(surroundingsOf(process));
// Whatever is still open was given its time.
process.exit();
