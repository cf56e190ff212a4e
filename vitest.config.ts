import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source", "node", "import", "default"], externalConditions: ["source", "node", "import", "default"] } },
  test: {
    include: ["packages/**/*.test.ts", "services/**/*.test.ts", "test/{decisions,docs,stack,repository}/**/*.test.ts"],
    passWithNoTests: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
