import { expect, test } from "vitest";
import { mustRun } from "../toolchain/run.mjs";
import { ensurePrometheus } from "./prometheus.ts";

const programs = await ensurePrometheus();

test.skipIf(!programs)("prometheus and promtool run", async () => {
  for (const program of Object.values(programs ?? {}))
    expect(await mustRun([program, "--version"])).toContain("version");
});
