import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "{packages,contrib,examples}/*/src/**/*.test.ts",
      "{benchmarks,conformance,interop}/src/**/*.test.ts",
      "tools/**/*.test.ts",
    ],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
