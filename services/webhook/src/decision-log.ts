import type { Review } from "@portcullis/kubernetes";
import type { Answer, Finding, UndecidedError, Workload } from "@portcullis/policy";
import type { Telemetry } from "@portcullis/telemetry";
import { createFirstSightings } from "./first-sightings.ts";

/** Which decisions get a line. */
export const decisionLogModes = ["denials", "all", "off"] as const;
export type DecisionLogMode = (typeof decisionLogModes)[number];

/** One line per distinct decision: a controller that tries the same denied pod again and again writes it once a minute. */
export interface DecisionLog {
  decided(review: Review, answer: Answer): void;
  undecided(review: Review, outcome: string, error: UndecidedError): void;
}

const maxDistinct = 2_048;
const repeatAfterMs = 60_000;
const maxListed = 16;

/** Writes to the service's log; bounded in memory and in what one line lists. */
export function createDecisionLog({ log }: Telemetry, mode: DecisionLogMode): DecisionLog {
  const sightings = createFirstSightings({ maxKeys: maxDistinct, forgetAfterMs: repeatAfterMs });

  function isNews(workload: Workload, outcome: string): boolean {
    const { cluster, namespace, kind, images } = workload;
    const key = [outcome, cluster, namespace, kind, ...images.slice(0, maxListed).map(({ image }) => image)].join("\n");
    return sightings.isFirst(key, performance.now());
  }

  return {
    decided({ workload, dryRun }, answer) {
      const { decision, decisionId } = answer;
      const isWorthIt = mode === "all" || (mode === "denials" && (decision.verdict === "deny" || decision.warnings.length > 0));
      if (!isWorthIt || !isNews(workload, `${decision.verdict} ${decision.servedAt.epoch} ${decision.servedAt.revision}`)) return;
      const denials = decision.verdict === "deny" ? decision.denials : [];
      log.info(
        {
          decisionId,
          verdict: decision.verdict,
          servedAt: decision.servedAt,
          ...aboutWorkload(workload),
          dryRun,
          denials: denials.slice(0, maxListed).map(toLogged),
          warnings: decision.warnings.slice(0, maxListed).map(toLogged),
        },
        "decided",
      );
    },
    undecided({ workload, dryRun }, outcome, error) {
      if (mode === "off" || !isNews(workload, `${outcome} ${error.code}`)) return;
      log.warn({ outcome, code: error.code, ...aboutWorkload(workload), dryRun }, `undecided: ${error.message}`);
    },
  };
}

function aboutWorkload({ via, cluster, namespace, kind, name, operation, images }: Workload) {
  return { via, cluster, namespace, kind, name, operation, images: images.slice(0, maxListed).map(({ image }) => image.slice(0, 512)) };
}

function toLogged({ policy, rule, field, message }: Finding) {
  return { policy, rule, field, message: message.slice(0, 512) };
}
