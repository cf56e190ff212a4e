// `npm run nats:servers`: finds both releases of nats-server that are tested with, or gets them into the cache.
import { findNatsProgram, natsReleases } from "@portcullis/testing";

for (const release of natsReleases) {
  const program = await findNatsProgram(release);
  process.stdout.write("missing" in program ? `${program.missing}\n` : `nats-server ${program.version} is ${program.path}\n`);
  if ("missing" in program) process.exitCode = 2;
}
