// `node --conditions=source test/faults/seeded/seeded-run.ts [BUG]`: a scripted life, with a bug seeded into the code under
// test where one is named. Writes the history as JSON lines.
import { seedBug } from "./seed-bug.ts";
import { seededBugs } from "./seeded-bugs.ts";

const [name] = process.argv.slice(2);
const bug = seededBugs.find((known) => known.name === name);
if (name !== undefined && bug === undefined) throw new Error(`there is no bug "${name}"`);
const seeding = bug === undefined ? undefined : seedBug(bug);
// Only now: what is imported before the bug is seeded is imported without it.
const { liveThroughFaults } = await import("./scripted-life.ts");
const events = await liveThroughFaults();
seeding?.assertSeeded();
process.stdout.write(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
