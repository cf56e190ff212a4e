import { counted } from "./counted.ts";
import type { ExampleRequest } from "./example-request.ts";
import type { RevisionInForce, Standalone } from "./standalone.ts";
import { styled, type Terminal } from "./terminal.ts";

/** How many policies are named; a folder may hold thousands. */
const maxNamed = 20;

/** What `serve` says once it can be asked. */
export function describeStandalone(
  standalone: Standalone,
  { examples, paths, terminal }: { examples: readonly ExampleRequest[]; paths: readonly string[]; terminal: Terminal },
): string {
  const { imageReviewUrl, validateUrl, decisionAddress, adminUrl, first } = standalone;
  const lines = [
    styled(terminal, "bold", "Portcullis decides."),
    "",
    `  webhook    ${imageReviewUrl}  (ImageReview)`,
    `             ${validateUrl}  (AdmissionReview)`,
    `  decisions  ${decisionAddress}  (gRPC, mutual TLS)`,
    `  admin      ${adminUrl}/readyz  ${adminUrl}/metrics`,
    `  policies   ${paths.join(", ")}  (edits take effect at once)`,
    ...policyLines(first),
    "",
    "Ask it as a kube-apiserver would:",
    ...examples.flatMap((example) => exampleLines(example, terminal)),
    "",
    "Ctrl-C stops it.",
  ];
  return `${lines.join("\n")}\n`;
}

function policyLines({ policies }: RevisionInForce): readonly string[] {
  const named = policies.slice(0, maxNamed).map((name) => `               ${name}`);
  return policies.length > maxNamed ? [...named, `               and ${policies.length - maxNamed} more`] : named;
}

/** The part of the answer that matters, as it stands in the answer. */
function exampleLines({ command, allowed, reason }: ExampleRequest, terminal: Terminal): readonly string[] {
  const status = JSON.stringify(allowed ? { allowed } : { allowed, reason }).slice(1, -1);
  return ["", `  ${command}`, `  answers ${styled(terminal, allowed ? "green" : "red", status)}`];
}

/** One line for each revision after the first. */
export function describeRevision({ revision, policies }: RevisionInForce): string {
  const more = policies.length > maxNamed ? `, and ${policies.length - maxNamed} more` : "";
  const names = `${policies.slice(0, maxNamed).join(", ")}${more}`;
  return `policies: revision ${revision} in force: ${counted(policies.length, "policy", "policies")} (${names})\n`;
}

/** The one object that `serve --output json` prints. */
export function announcementObject(standalone: Standalone, examples: readonly ExampleRequest[]): object {
  const { webhookUrl, imageReviewUrl, validateUrl, decisionAddress, adminUrl, pki, first } = standalone;
  return {
    ready: true,
    webhook: { url: webhookUrl, imageReview: imageReviewUrl, validate: validateUrl },
    decision: { address: decisionAddress },
    admin: { url: adminUrl },
    pki,
    revision: first.revision,
    policies: first.policies,
    examples,
  };
}
