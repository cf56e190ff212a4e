import { type DocumentDefaults, type DocumentProblem, type DocumentWorkload, workloadsFromDocuments } from "@portcullis/kubernetes";
import { compile, evaluate, type Finding, operations, PolicyCompileError, type Snapshot, type Workload } from "@portcullis/policy";
import { CliError } from "../cli-error.ts";
import { isJson, listOption, type OptionValues, type RunCommand, textOption } from "../command-definition.ts";
import { type LoadedPolicies, loadPolicies } from "../load-policies.ts";
import { readInput } from "../read-input.ts";
import { type ExitStatus, styled, type Terminal, worseStatus } from "../terminal.ts";

/** A finding as programs see it. */
type PrintedFinding = Pick<Finding, "policy" | "image" | "canonical" | "field" | "message">;

/** What one document gets. */
interface Verdict {
  /** `undecided`: the document is nothing that could be judged; the one finding says why. */
  readonly verdict: "allow" | "deny" | "undecided";
  readonly findings: readonly PrintedFinding[];
  readonly warnings: readonly PrintedFinding[];
}

/** `portcullis decide`. */
export const decide: RunCommand = async ({ options }, terminal) => {
  const file = textOption(options, "file") ?? "-";
  const snapshot = compilePolicies(await loadPolicies(listOption(options, "policies"), terminal));
  const documents = workloadsFromDocuments(await readInput(file, terminal), toDefaults(options));
  if (documents.length === 0) throw new CliError("cli-bad-document", `"${file}" holds no document; name a file with objects or reviews`);
  let status: ExitStatus = 0;
  for (const document of documents) {
    const verdict = judge(snapshot, document);
    status = worseStatus(status, exitStatuses[verdict.verdict]);
    await terminal.print(isJson(options) ? `${JSON.stringify(verdict)}\n` : describe(document, verdict, terminal));
  }
  return status;
};

function compilePolicies({ bundle, placed }: LoadedPolicies): Snapshot {
  try {
    return compile(bundle, { revision: { lineage: "offline", epoch: 0, revision: 0 } });
  } catch (error) {
    throw error instanceof PolicyCompileError ? new PolicyCompileError(placed(error.problems)) : error;
  }
}

const exitStatuses = { allow: 0, deny: 1, undecided: 2 } as const;

function toDefaults(options: OptionValues): DocumentDefaults {
  return {
    cluster: textOption(options, "cluster") ?? "default",
    namespace: textOption(options, "namespace") ?? "default",
    operation: operations.find((operation) => operation === options["operation"]) ?? "CREATE",
  };
}

function judge(snapshot: Snapshot, document: DocumentWorkload | DocumentProblem): Verdict {
  if (!document.ok) return judgeProblem(document);
  const decision = evaluate(snapshot, document.workload);
  return {
    verdict: decision.verdict,
    findings: decision.verdict === "deny" ? decision.denials.map(toPrinted) : [],
    warnings: [...decision.warnings.map(toPrinted), ...document.workload.unknownImageLists.map(toUnjudged)],
  };
}

/** The webhook denies a body it cannot read as a review; what is no object at all would never reach it. */
function judgeProblem({ code, message }: DocumentProblem): Verdict {
  const isNothing = code === "review-not-yaml" || code === "review-no-kind";
  const finding = { policy: "", image: "", canonical: "", field: "", message: `${message} (${code})` };
  return { verdict: isNothing ? "undecided" : "deny", findings: [finding], warnings: [] };
}

function toPrinted({ policy, image, canonical, field, message }: Finding): PrintedFinding {
  return { policy, image, canonical, field, message };
}

function toUnjudged(path: string): PrintedFinding {
  const message = `the images in "${path}" stand outside any pod spec and were not judged`;
  return { policy: "", image: "", canonical: "", field: path, message };
}

const verdictStyles = { allow: "green", deny: "red", undecided: "yellow" } as const;

function describe(document: DocumentWorkload | DocumentProblem, { verdict, findings, warnings }: Verdict, terminal: Terminal): string {
  const { source, line } = document;
  const about = document.ok ? `${source} (line ${line}), ${nameOf(document.workload)}` : `${source} (line ${line})`;
  const lines = [
    `${about}: ${styled(terminal, verdictStyles[verdict], verdict)}`,
    ...findings.map((finding) => `  ${lineOf(finding)}`),
    ...warnings.map((warning) => `  ${styled(terminal, "yellow", "warning")}: ${lineOf(warning)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function nameOf({ via, kind, namespace, name }: Workload): string {
  if (via === "image-review") return `ImageReview in ${namespace}`;
  return `${kind} ${namespace === "" ? name : `${namespace}/${name}`}`;
}

function lineOf({ policy, image, field, message }: PrintedFinding): string {
  const from = [policy, field, image].filter((part) => part !== "");
  return from.length === 0 ? message : `${message} (${from.join(", ")})`;
}
