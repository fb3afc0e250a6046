import { describe, expect, test } from "vitest";
import { runConnectSuite } from "./connect-suite.ts";
import { ensureConnectConformance } from "./tools.ts";

const suite = await ensureConnectConformance();

describe.skipIf(!suite)("Connect's conformance suite", () => {
  for (const [mode, config] of [
    ["server", "server"],
    ["client", "client"],
  ] as const)
    test(`holds for our ${config}`, { timeout: 180_000 }, async () => {
      const { passed, failed, known, output } = await runConnectSuite({ mode, config, suite: String(suite) });
      console.log(`conformance: Connect's suite, our ${config}: ${passed} passed, ${known} known failures`);
      expect(failed, output).toBe(0);
      expect(passed).toBeGreaterThan(500);
    });
});
