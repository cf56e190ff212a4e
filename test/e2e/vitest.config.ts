import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source", "node", "import", "default"], externalConditions: ["source", "node", "import", "default"] } },
  test: {
    include: ["test/e2e/**/*.test.ts"],
    passWithNoTests: false,
    // Each file starts an etcd and an API server of its own; two of them at a time would only share the cores.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
