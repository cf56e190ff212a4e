import { natsParts, rightsOf } from "@portcullis/policy-bus/nats-server-config";

/**
 * The table of `docs/operations.md` that says what each part may send and hear, for cluster `CLUSTER` and replica `REPLICA`. Subjects of
 * the JetStream API stand there without what all of them begin with, and streams without what all their names have in common.
 */
export function rightsTable(): string {
  const clusters = [{ name: "CLUSTER", replicas: ["REPLICA"], hasLeaf: true }];
  const plan = { clusters };
  const rows = natsParts(plan)
    .filter(({ kind }) => kind !== "route")
    .map((part) => {
      const { publish, subscribe } = rightsOf(part, plan);
      return `| \`${part.kind}\` | ${listOf(publish)} | ${listOf(subscribe)} |`;
    });
  return ["| Part | may send | may hear |", "|---|---|---|", ...rows].join("\n");
}

function listOf(subjects: readonly string[]): string {
  return subjects.length === 0 ? "nothing" : subjects.map((subject) => `\`${shorten(subject)}\``).join(", ");
}

function shorten(subject: string): string {
  return subject.replace(/^\$JS\.(hub\.)?API\./, "").replace(/PORTCULLIS_([A-Z]+)_default$/, "$1");
}
