import { findNatsProgram, type NatsProgram, natsReleases } from "@portcullis/testing";
import { describe, it } from "vitest";

/**
 * Runs a suite on each release that this machine has or can get. Where one is missing, its suite is reported as skipped, under
 * the line that says how to get it; under `CI=true` that is a failure.
 */
export async function describeOnNats(name: string, suite: (program: NatsProgram) => void): Promise<void> {
  for (const release of natsReleases) {
    const program = await findNatsProgram(release);
    if ("missing" in program) it(name, ({ skip }) => skip(program.missing));
    else describe(`${name} on nats-server ${program.version}`, () => suite(program));
  }
}
