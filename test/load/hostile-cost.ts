import type { BenchOptions } from "./bench-options.ts";
import type { Section } from "./report.ts";

/** How long a body that means harm keeps the webhook from everything else. */
export async function measureHostileBodies(_options: BenchOptions): Promise<Section> {
  return { name: "hostile", method: "", measurements: [], bounds: [] };
}
