import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source", "node", "import", "default"], externalConditions: ["source", "node", "import", "default"] } },
  test: {
    passWithNoTests: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: {
      provider: "v8",
      include: ["packages/image-ref/src/**", "packages/policy/src/**"],
      exclude: ["**/*.test.ts", "**/a-*.ts"],
      reporter: ["text"],
      thresholds: { branches: 100 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: "modules",
          include: ["packages/**/*.test.ts", "services/**/*.test.ts", "test/{decisions,docs,faults,fuzz,repository}/**/*.test.ts"],
          exclude: ["packages/policy-bus/src/nats/**", "services/**/*-nats.test.ts", "**/node_modules/**"],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          // Real servers, clusters of three among them: one file at a time, so that elections are not starved.
          name: "nats",
          include: ["packages/policy-bus/src/nats/**/*.test.ts", "services/**/*-nats.test.ts"],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          // Many processes each, and a load that must not be starved: alone, one file at a time, after everything else.
          name: "stack",
          include: ["test/stack/**/*.test.ts"],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
