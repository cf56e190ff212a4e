import type { Consistency } from "@portcullis/policy";
import { aWorkload, type WorkloadOverrides } from "@portcullis/testing";
import { type DecideRequest, toConsistencyMessage, toWorkloadMessage } from "@portcullis/wire";

/** Asks for a pod with one image, in cluster `blue` unless said otherwise. */
export function aQuestion(image: string, consistency?: Consistency, overrides: WorkloadOverrides = {}): DecideRequest {
  return {
    workload: toWorkloadMessage(aWorkload({ images: [image], cluster: "blue", ...overrides })),
    atLeast: undefined,
    consistency: consistency === undefined ? undefined : toConsistencyMessage(consistency),
  };
}
