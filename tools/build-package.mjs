// `build` of a published package, run in its folder: src into a dist that holds nothing from an earlier build.
import { rmSync } from "node:fs";
import { mustRun, workspaceTool } from "./toolchain/run.mjs";

try {
  rmSync("dist", { recursive: true, force: true });
  await mustRun([workspaceTool("tsc"), "-p", "tsconfig.build.json"], { cwd: process.cwd() });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
