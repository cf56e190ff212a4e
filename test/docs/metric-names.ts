import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Names of all metrics that the services register, read from their source. */
export function findMetricNames(root: string): readonly string[] {
  const files = globSync("{packages,services}/*/src/**/*.ts", { cwd: root, exclude: ["**/*.test.ts", "**/gen/**"] });
  const names = files.flatMap((file) => namesIn(readFileSync(join(root, file), "utf8")));
  return [...new Set(names)].sort();
}

// The webhook makes its names from a prefix: `name("tls_…")`, `counter("reviews_total", …)`.
function namesIn(source: string): readonly string[] {
  const whole = [...source.matchAll(/name: "(portcullis_[a-z_]+)"/g)].map(([, name = ""]) => name);
  if (!source.includes("`portcullis_webhook_$" + "{rest}`")) return whole;
  const parts = [...source.matchAll(/\b(?:counter|name)\(\s*"([a-z_]+)"/g)].map(([, name = ""]) => `portcullis_webhook_${name}`);
  return [...whole, ...parts];
}
