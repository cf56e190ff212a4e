import type { ChangeRequest, PolicyAdministration, PublishResult } from "@portcullis/control";
import { commaListOption, isJson, type OptionValues, textOption } from "./command-definition.ts";
import { followRollout } from "./follow-rollout.ts";
import { secondsOption } from "./number-option.ts";
import { withAdministration } from "./open-administration.ts";
import { createProgressLine } from "./progress-line.ts";
import { answerPublish } from "./publish-answer.ts";
import { describeStep } from "./publish-steps.ts";
import { parseBase } from "./revision-name.ts";
import type { ExitStatus, Terminal } from "./terminal.ts";
import { unlessStopped } from "./unless-stopped.ts";

export interface PublishingContext {
  readonly administration: PolicyAdministration;
  /** Undefined where only a control service knows it. */
  readonly lineage: string | undefined;
  /** What every change takes, without whom it is for. */
  readonly request: Omit<ChangeRequest, "audience">;
}

/** Makes a change, says what became of it, and follows its rollout where that is asked for. */
export function runPublishing(
  { options, terminal }: { readonly options: OptionValues; readonly terminal: Terminal },
  change: (context: PublishingContext) => Promise<PublishResult>,
): Promise<ExitStatus> {
  const isDryRun = options["dry-run"] === true;
  const waitMs = secondsOption(options, "wait-timeout");
  return withAdministration({ options, terminal, signs: isDryRun ? "if-at-hand" : "always" }, async (administration, lineage) => {
    const progress = createProgressLine(terminal);
    const base = textOption(options, "base");
    const timeoutMs = secondsOption(options, "timeout");
    const request: PublishingContext["request"] = {
      isDryRun,
      isForced: options["force"] === true,
      ...(base !== undefined && { base: parseBase(base, lineage) }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      onProgress: (step) => {
        const text = describeStep(step);
        if (text !== undefined) progress.say(text);
      },
    };
    const stop = terminal.stopSignal();
    const result = await unlessStopped(stop, change({ administration, lineage, request })).finally(() => progress.end());
    const status = await answerPublish(result, { options, terminal });
    if (options["wait"] !== true || !("revision" in result)) return status;
    const { epoch, revision } = result.revision.token;
    return followRollout(
      administration.rollout({ revision: { epoch, revision }, signal: stop, ...(waitMs !== undefined && { timeoutMs: waitMs }) }),
      {
        asJson: isJson(options),
        waits: true,
        terminal,
      },
    );
  });
}

/** The clusters that `--audience` names; undefined where it is absent. */
export function audienceOf(options: OptionValues): readonly string[] | undefined {
  const globs = commaListOption(options, "audience");
  return globs.length === 0 ? undefined : globs;
}
