import type { ReviewProblem } from "@portcullis/kubernetes";
import type { UndecidedError, Workload } from "@portcullis/policy";
import type { Telemetry } from "@portcullis/telemetry";
import { createFirstSightings } from "./first-sightings.ts";

/**
 * A line for each review that no policy decided: decisions are logged where they are made. A controller that tries the
 * same pod again and again gets one line a minute.
 */
export interface ReviewLog {
  undecided(workload: Workload, outcome: string, error: UndecidedError): void;
  denied(cluster: string, problem: ReviewProblem): void;
}

const maxDistinct = 1_024;
const repeatAfterMs = 60_000;
const maxListed = 10;
const maxText = 256;

/** Writes to the service's log; bounded in memory and in what one line holds. */
export function createReviewLog({ log }: Telemetry): ReviewLog {
  const sightings = createFirstSightings({ maxKeys: maxDistinct, forgetAfterMs: repeatAfterMs });
  const isNews = (key: string) => sightings.isFirst(key, performance.now());
  return {
    undecided({ via, cluster, namespace, kind, name, operation, images }, outcome, { code, message }) {
      if (!isNews(`${code} ${outcome} ${via} ${cluster} ${namespace} ${kind}`)) return;
      const listed = images.slice(0, maxListed).map(({ image }) => cut(image));
      const workload = { via, cluster, namespace: cut(namespace), kind: cut(kind), name: cut(name), operation, images: listed };
      log.warn({ code, outcome, workload }, `undecided: ${message}`);
    },
    denied(cluster, { code, message, uid }) {
      if (isNews(`${code} ${cluster}`))
        log.warn({ code, cluster, uid: cut(uid) }, `a body that cannot be judged was denied: ${cut(message)}`);
    },
  };
}

function cut(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text;
}
