// A project as a user has it: nothing but the packed packages, what they depend on, and generated code.
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { npmCommand } from "../toolchain/npm-package.mjs";
import { mustRun } from "../toolchain/run.mjs";
import { root } from "../workspace.mjs";
import type { PackedPackage } from "./pack.ts";

const smoke = join(import.meta.dirname, "smoke.mjs");

/** Installs the packages by npm into an empty project, and puts the greeter's generated code and the script beside. */
export async function createConsumer(packed: PackedPackage[], folder: string): Promise<void> {
  mkdirSync(folder);
  const dependencies = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  const flags = ["--no-fund", "--no-audit", "--prefer-offline", "--loglevel=error"];
  await mustRun([...npmCommand(), "install", ...flags], { cwd: folder });
  cpSync(join(root, "examples/helloworld/src/gen"), join(folder, "gen"), { recursive: true });
  copyFileSync(smoke, join(folder, basename(smoke)));
}

/** Runs the script in the project on this Node; it fails by throwing. */
export async function runSmoke(node: string, folder: string): Promise<void> {
  const env = { PATH: dirname(node) };
  await mustRun([node, "--disable-warning=ExperimentalWarning", basename(smoke)], { cwd: folder, env });
}
