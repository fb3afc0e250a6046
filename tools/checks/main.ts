// All that CI does, in order: a line for each check, all that a failed one wrote, and the count of tests at the end.
import { packageChecks } from "../package-checks/package-checks.ts";
import { run, workspaceTool } from "../toolchain/run.mjs";
import { externalTools } from "./external-tools.ts";
import { staleGeneratedFiles } from "./generated-code.ts";
import { type Outcome, verdict } from "./outcome.ts";
import { unitTests } from "./unit-tests.ts";

const checks: Record<string, () => Promise<Outcome>> = {
  "format and lint": () => tool("biome", "check", "--error-on-warnings"),
  "generated code": generatedCode,
  types: () => tool("tsc", "--noEmit"),
  build: () => tool("turbo", "run", "build", "--output-logs=new-only", "--ui=stream"),
  "external tools": externalTools,
  tests: unitTests,
  packages: packageChecks,
};

async function tool(name: string, ...args: string[]): Promise<Outcome> {
  const { ok, output } = await run([workspaceTool(name), ...args]);
  return verdict(ok, output);
}

async function generatedCode(): Promise<Outcome> {
  const stale = await staleGeneratedFiles();
  return verdict(stale.length === 0, `Run \`pnpm generate\`. Not what the protos give:\n${stale.join("\n")}`);
}

async function perform(name: string, check: () => Promise<Outcome>): Promise<Outcome> {
  const start = performance.now();
  const outcome = await check().catch((error: Error) => verdict(false, error.stack ?? error.message));
  report(name, outcome, (performance.now() - start) / 1000);
  return outcome;
}

function report(name: string, { passed, failed, skipped, output, notes }: Outcome, seconds: number): void {
  const counts = passed + skipped > 0 ? `, ${summary({ passed, failed, skipped })}` : "";
  console.log(`${failed ? "✘" : "✔"} ${name} (${seconds.toFixed(1)} s${counts})`);
  for (const note of notes) console.log(`  ${note}`);
  if (failed) console.log(`\n${output.trim()}\n`);
}

function summary({ passed, failed, skipped }: Pick<Outcome, "passed" | "failed" | "skipped">): string {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`;
}

// The tools write into a pipe, so they cannot see by themselves who reads it in the end.
process.env[process.stdout.isTTY ? "FORCE_COLOR" : "NO_COLOR"] = "1";
process.env.TURBO_TELEMETRY_DISABLED = "1";

const broken = new Set<string>();
const total = { passed: 0, failed: 0, skipped: 0 };
for (const [name, check] of Object.entries(checks)) {
  // Packages are made of what was built: without that every one of their checks would tell of the build again.
  if (name === "packages" && broken.has("build")) {
    console.log("✘ packages (not checked: the build failed)");
    continue;
  }
  const outcome = await perform(name, check);
  if (outcome.failed) broken.add(name);
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  total.skipped += outcome.skipped;
}
console.log(summary(total));
process.exitCode = total.failed ? 1 : 0;
