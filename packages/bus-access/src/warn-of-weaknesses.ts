import { type RevisionLog, RevisionLogError } from "@portcullis/policy-bus";

/** What is wanted of a logger. */
export type Warn = (fields: object, message: string) => void;

/** Names what the servers do not keep although it is counted on: a line each, and no reason not to start. Never rejects. */
export async function warnOfWeaknesses(bus: Pick<RevisionLog, "selfCheck">, warn: Warn): Promise<void> {
  try {
    for (const weakness of await bus.selfCheck()) warn({ ...weakness }, "the bus is weaker than it should be");
  } catch (err) {
    const isEnding = err instanceof RevisionLogError && err.code === "bus-closed";
    if (!isEnding) warn({ err }, "the bus cannot be checked now");
  }
}
