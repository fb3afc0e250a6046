// `npm test`: all that CI does, on a machine that has any Node >= 20 and npm.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare } from "./toolchain/prepare.mjs";
import { root } from "./workspace.mjs";

try {
  const { node, env } = await prepare();
  const flags = ["--disable-warning=ExperimentalWarning"];
  const { status } = spawnSync(node, [...flags, join(root, "tools/checks/main.ts")], { env, stdio: "inherit" });
  process.exitCode = status ?? 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
