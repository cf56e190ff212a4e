import { resolve } from "node:path";
import type { PublishResult } from "@portcullis/control";
import type { NewEpochRequest } from "@portcullis/policy-bus";
import { CliError } from "../cli-error.ts";
import { type OptionValues, type RunCommand, textOption } from "../command-definition.ts";
import { type LoadedPolicies, loadPolicies } from "../load-policies.ts";
import { parsePosition } from "../revision-name.ts";
import { revisionNumberOf } from "../revision-number.ts";
import { audienceOf, type PublishingContext, runPublishing } from "../run-publishing.ts";

/** `portcullis publish`. */
export const publish: RunCommand = async ({ arguments: paths, options }, terminal) => {
  const isWidening = options["widen"] !== undefined;
  if (isWidening === paths.length > 0) {
    throw new CliError("cli-usage", "name either the policies to publish, or --widen; run `portcullis publish --help`");
  }
  if (isWidening) return runPublishing({ options, terminal }, (context) => widen(context, options));
  const policies = await loadPolicies(
    paths.map((path) => resolve(terminal.workingDirectory, path)),
    terminal,
  );
  assertNoPrivateKey(policies);
  return runPublishing({ options, terminal }, async ({ administration, lineage, request }) => {
    const result = await administration.publish({
      ...request,
      audience: audienceOf(options) ?? ["*"],
      bundle: policies.bundle,
      acceptsHoles: options["accept-holes"] === true,
      ...newEpochOf(options, lineage),
    });
    return withPlaces(result, policies);
  });
};

/** What is published goes to every replica, and stays in the log for ever. */
function assertNoPrivateKey({ bundle, placed }: LoadedPolicies): void {
  const [found] = placed(
    bundle.files.filter(({ text }) => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)).map(({ path }) => ({ file: path })),
  );
  if (found === undefined) return;
  throw new CliError("cli-private-key", `"${found.file}" holds a private key, and would be published with the policies; move it elsewhere`);
}

/** What administers revisions knows of files by their paths in the bundle alone. */
function withPlaces(result: PublishResult, { placed }: LoadedPolicies): PublishResult {
  const { report } = result;
  if (report === undefined) return result;
  const { mistakes, attacks, advice, cases } = report;
  const found = { mistakes: placed(mistakes), attacks: placed(attacks), advice: placed(advice) };
  return { ...result, report: { ...report, ...found, cases: { ...cases, failures: placed(cases.failures) } } };
}

async function widen({ administration, request }: PublishingContext, options: OptionValues): Promise<PublishResult> {
  const name = textOption(options, "widen") ?? "newest";
  const revision = revisionNumberOf(name, await administration.revisions());
  return administration.widen({ ...request, revision, audience: audienceOf(options) ?? ["*"] });
}

function newEpochOf(options: OptionValues, lineage: string | undefined): { readonly newEpoch?: NewEpochRequest } {
  const continues = textOption(options, "continues");
  const epoch = textOption(options, "new-epoch");
  if (options["new-epoch"] === undefined) {
    if (continues === undefined) return {};
    throw new CliError("cli-usage", "--continues says what a new epoch comes after; add --new-epoch");
  }
  if (epoch !== undefined && !/^[1-9]\d{0,8}$/.test(epoch))
    throw new CliError("cli-usage", `--new-epoch "${epoch}" is no whole number from 1 on`);
  return {
    newEpoch: {
      ...(epoch !== undefined && { epoch: Number(epoch) }),
      ...(continues !== undefined && { continues: parsePosition(continues, lineage) }),
    },
  };
}
