import { setImmediate } from "node:timers/promises";
import { type DecisionCase, findCases, runCase } from "@portcullis/decision-cases";
import { type Bundle, evaluate, type Snapshot, type Workload } from "@portcullis/policy";

/** Codes of a revision that compiles and is not served all the same; explained in `docs/errors.md`. */
export const selfTestCodes = ["self-test-smoke", "self-test-case"] as const;
export type SelfTestCode = (typeof selfTestCodes)[number];

/** A compiled revision does not decide as it must, so that it is not put in force. */
export class SelfTestError extends Error {
  override readonly name = "SelfTestError";
  readonly code: SelfTestCode;

  constructor(code: SelfTestCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

// Evaluating takes microseconds; so many never hold the event loop for a noticeable time.
const casesAtOnce = 50;

/**
 * Tries a snapshot before it is put in force: it decides at all, and as the cases say that stand in the bundle, are about the bundle,
 * and ask for this cluster. Rejects with `SelfTestError` or `DecisionCasesError`.
 */
export async function selfTest(snapshot: Snapshot, bundle: Bundle, cluster: string): Promise<void> {
  smokeTest(snapshot, cluster);
  const cases = findCases(bundle)
    // Others bring policies of their own: they passed where they were published, and say nothing about this snapshot.
    .filter((file) => file.bundle === bundle)
    .flatMap((file) => file.cases)
    .filter(({ workload }) => workload.cluster === cluster);
  for (const [index, decisionCase] of cases.entries()) {
    if (index % casesAtOnce === 0) await setImmediate();
    await assertPasses(decisionCase, snapshot);
  }
}

/** Whatever the policies say: a pod whose images can be read and one whose image cannot get a verdict of this revision. */
function smokeTest(snapshot: Snapshot, cluster: string): void {
  for (const image of ["registry.example/self-test:1", `registry.example/self-test@sha256:${"0".repeat(64)}`, "//"]) {
    for (const via of ["admission", "image-review"] as const) {
      try {
        const { servedAt } = evaluate(snapshot, aPod(image, via, cluster));
        if (servedAt.revision === snapshot.revision.revision && servedAt.epoch === snapshot.revision.epoch) continue;
      } catch (cause) {
        throw new SelfTestError("self-test-smoke", `judging the image "${image}" failed: ${String(cause)}`, { cause });
      }
      throw new SelfTestError("self-test-smoke", "a verdict names another revision than the one that is tried");
    }
  }
}

function aPod(image: string, via: Workload["via"], cluster: string): Workload {
  return {
    via,
    cluster,
    namespace: "default",
    group: "",
    kind: "Pod",
    name: "self-test",
    operation: "CREATE",
    images: [{ image, field: via === "admission" ? "containers" : "any", container: "" }],
    imagesUnchanged: false,
    annotations: {},
    unknownImageLists: [],
  };
}

async function assertPasses(decisionCase: DecisionCase, snapshot: Snapshot): Promise<void> {
  const { ok, differences } = await runCase(decisionCase, (workload) => evaluate(snapshot, workload));
  if (ok) return;
  const { file, line, name } = decisionCase;
  throw new SelfTestError("self-test-case", `${file}:${line}: ${name}: ${differences.join("; ")}`);
}
