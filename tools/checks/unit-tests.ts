import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interopSummary, type TestReport } from "../../interop/src/summary.ts";
import { run, workspaceTool } from "../toolchain/run.mjs";
import type { Outcome } from "./outcome.ts";

/** The part of vitest's JSON report that is read here. */
interface Report extends TestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: (TestReport["testResults"][number] & { status: string })[];
}

/** Runs every test of the workspace and counts by vitest's own report. */
export async function unitTests(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "kratos-vitest-"));
  const file = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const { ok, output } = await run([workspaceTool("vitest"), "run", ...reporters]);
    return outcome(ok, output, readReport(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function outcome(ok: boolean, output: string, report: Report | undefined): Outcome {
  // A file that did not load has no tests to count, and a run may fail outside of any test.
  const unloaded = report?.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = (report?.numFailedTests ?? 0) + (unloaded?.length ?? 0);
  return {
    passed: report?.numPassedTests ?? 0,
    failed: ok ? failed : Math.max(failed, 1),
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
    output,
    notes: [
      ...new Set(output.match(/^(left out|hostile|conformance|differential|browser|chaos|overload): .*$/gm)),
      ...counts(report),
    ],
  };
}

/** What is counted by itself beside the tests. */
function counts(report: Report | undefined): string[] {
  const interop = report && interopSummary(report);
  return interop === undefined ? [] : [interop];
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // Vitest ended before it could write one; its output says why.
    return undefined;
  }
}
