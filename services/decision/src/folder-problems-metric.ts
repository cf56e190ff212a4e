import type { Telemetry } from "@portcullis/telemetry";
import { Gauge } from "prom-client";

/** Counts, at each scrape, the mistakes that keep the policy files from being served as they stand. */
export function registerFolderProblems(metrics: Telemetry["metrics"], problems: () => readonly unknown[]): void {
  new Gauge({
    name: "portcullis_policy_folder_problems",
    help: "Mistakes in the policy files as they stand; above 0 the last good revision is served in their place.",
    registers: [metrics],
    collect() {
      this.set(problems().length);
    },
  });
}
