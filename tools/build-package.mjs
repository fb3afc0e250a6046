// `build` of a published package, run in its folder: src into a dist that holds nothing from an earlier build.
import { rmSync } from "node:fs";
import { bundlePackage } from "./bundle-package.mjs";
import { mustRun, workspaceTool } from "./toolchain/run.mjs";

try {
  const cwd = process.cwd();
  rmSync("dist", { recursive: true, force: true });
  await mustRun([workspaceTool("tsc"), "-p", "tsconfig.build.json"], { cwd });
  await bundlePackage(cwd);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
