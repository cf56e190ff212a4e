import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { warnOfWeaknesses } from "@portcullis/bus-access";
import { memoryPolicyBus, watchPolicyFolder } from "@portcullis/policy-bus";
import type { Readiness, Telemetry } from "@portcullis/telemetry";
import { systemClock } from "./clock.ts";
import { compileForCluster } from "./compile-for-cluster.ts";
import type { DecisionConfig } from "./config.ts";
import { createDecisionService, type DecisionService } from "./create-decision-service.ts";
import { registerFolderProblems } from "./folder-problems-metric.ts";
import { followBus } from "./follow-bus.ts";
import { openBus } from "./open-bus.ts";

/** A decision service, and where its policies come from. */
export interface ServedPolicies {
  readonly service: DecisionService;
  /** What readiness tells beside what the service does. */
  readonly details: () => Readiness["details"];
  /** To be called once no question is answered any more. */
  readonly close: () => Promise<void>;
}

/** Watches files: each edit that compiles is a revision of this process. Resolves once the first is in force; rejects without one. */
export async function servePolicyFiles(config: DecisionConfig, telemetry: Telemetry): Promise<ServedPolicies> {
  const { log } = telemetry;
  const bus = memoryPolicyBus();
  const service = createDecisionService({ ...answeringOf(config), bus, telemetry });
  const folder = await watchPolicyFolder({
    paths: config.policies,
    bus,
    onProblem(problems) {
      if (problems.length === 0) log.info("the policy files are served as they stand");
      else log.error({ problems }, "the policy files do not compile; the last good ones stay in force");
    },
    onPublished: (published) => log.info(published, "policy files published"),
    onError: (err) => log.error({ err }, "the policy files cannot be published"),
  });
  registerFolderProblems(telemetry.metrics, folder.problems);
  await service.ready();
  return {
    service,
    // A broken edit is no reason to leave: the last good policies are served.
    details: () => ({ policyProblems: folder.problems() }),
    async close() {
      await folder.close();
      service.close();
    },
  };
}

/** Follows a bus. Resolves once what is stored is in force, and without any where nothing is: it comes when the bus is there. */
export async function servePolicyBus(config: DecisionConfig, telemetry: Telemetry): Promise<ServedPolicies> {
  const replica = config.cluster.replica ?? hostname();
  const clock = { ...systemClock, wallNow: () => Date.now() };
  const bus = await openBus(config, `portcullis-decision ${config.cluster.name} ${replica}`);
  const following = followBus({ ...bus, config, telemetry, clock, names: { replica, version: readVersion() } });
  const compile = compileForCluster(config.cluster.name);
  const service = createDecisionService({ ...answeringOf(config), followed: following.followed, compile, telemetry });
  await following.start(service);
  void warnOfWeaknesses(bus.log, (fields, message) => telemetry.log.warn(fields, message));
  return {
    service,
    details: following.details,
    async close() {
      await following.close();
      service.close();
    },
  };
}

function answeringOf({ cache, maxLogLinesPerSecond }: DecisionConfig) {
  return { cache, maxLogLinesPerSecond };
}

/** The version of this service, for the fleet's view. */
function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "unknown";
}
