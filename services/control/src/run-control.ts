import { BusStartError } from "@portcullis/bus-access";
import { PkiError } from "@portcullis/pki";
import { RevisionLogError, SigningError } from "@portcullis/policy-bus";
import { runService, type Surroundings } from "@portcullis/process";
import { checkControlConfig, controlSchema } from "./config.ts";
import { startControl } from "./start-control.ts";

const closeTimeoutMs = 5_000;
const expected = [BusStartError, PkiError, RevisionLogError, SigningError];

/** Runs the control service until it is told to stop. Resolves with the exit status: 0, or 2 after what was wrong and what to do. */
export function runControl(surroundings: Surroundings): Promise<0 | 2> {
  return runService(
    {
      name: "control",
      schema: controlSchema,
      check: checkControlConfig,
      telemetry: ({ logLevel }) => ({ logLevel }),
      shutdownTimeoutMs: ({ control: { drainDelayMs, drainTimeoutMs } }) => drainDelayMs + 2 * drainTimeoutMs + closeTimeoutMs,
      start: startControl,
      explain: (error) => (error instanceof Error && expected.some((known) => error instanceof known) ? error.message : undefined),
    },
    surroundings,
  );
}
