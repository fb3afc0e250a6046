// What a user gets: every published package packed, checked as a package, and used from an empty project.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outcome } from "../checks/outcome.ts";
import { fetchNode, minimumNode, pinnedNode } from "../toolchain/prepare.mjs";
import { publishedPackages } from "../workspace.mjs";
import { createConsumer, runSmoke } from "./consumer.ts";
import { type PackedPackage, pack } from "./pack.ts";
import { attw, publint } from "./shape.ts";

type Check = readonly [name: string, run: () => Promise<unknown>];

/** Runs every check of the packed packages; each counts as a test. */
export async function packageChecks(): Promise<Outcome> {
  // Outside the checkout: nothing of the workspace may be found from there by accident.
  const folder = mkdtempSync(join(tmpdir(), "kratos-packages-"));
  try {
    const packed: PackedPackage[] = [];
    for (const { folder: source, manifest } of publishedPackages()) packed.push(await pack(source, manifest, folder));
    return await runAll([...packed.flatMap(shapeChecks), ...consumerChecks(packed, join(folder, "consumer"))]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function shapeChecks(packed: PackedPackage): Check[] {
  return [
    [`publint ${packed.name}`, () => publint(packed)],
    [`attw ${packed.name}`, () => attw(packed)],
  ];
}

function consumerChecks(packed: PackedPackage[], folder: string): Check[] {
  const versions = [minimumNode, pinnedNode()];
  return [
    ["install into an empty project", () => createConsumer(packed, folder)],
    ...versions.map(
      (version): Check => [`run on Node ${version}`, async () => runSmoke(await fetchNode(version), folder)],
    ),
  ];
}

async function runAll(checks: Check[]): Promise<Outcome> {
  const outcome: Outcome = { passed: 0, failed: 0, skipped: 0, output: "", notes: [] };
  for (const [name, check] of checks) {
    try {
      await check();
      outcome.passed++;
    } catch (error) {
      outcome.failed++;
      outcome.output += `${name}: ${error instanceof Error ? error.message : error}\n\n`;
    }
  }
  return outcome;
}

if (process.argv[1] === import.meta.filename) {
  const { passed, failed, output } = await packageChecks();
  console.log(`${output}${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}
