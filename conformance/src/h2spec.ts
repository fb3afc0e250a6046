// A run of h2spec: which cases of HTTP/2 a server fails.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../tools/toolchain/run.mjs";

export interface H2specRun {
  readonly cases: number;
  /** Such as `http2/5.1.1 Sends …`. */
  readonly failed: readonly string[];
}

/** Runs every case against a cleartext server on 127.0.0.1. `timeoutSeconds` is how long a case waits for an answer. */
export async function runH2spec(options: {
  h2spec: string;
  port: number;
  timeoutSeconds?: number;
}): Promise<H2specRun> {
  const folder = mkdtempSync(join(tmpdir(), "kratos-h2spec-"));
  const file = join(folder, "report.xml");
  const { h2spec, port, timeoutSeconds = 1 } = options;
  try {
    // It exits with 1 when a case fails; only a run without a report is an error.
    const { output } = await run([
      h2spec,
      "-h",
      "127.0.0.1",
      "-p",
      String(port),
      "-o",
      String(timeoutSeconds),
      "-j",
      file,
    ]);
    const report = readReport(file, output);
    const testcases = [
      ...report.matchAll(/<testcase package="([^"]*)" classname="([^"]*)"[^>]*>\s*(<failure|<error)?/g),
    ];
    const failed = testcases.filter(([, , , failure]) => failure !== undefined);
    return { cases: testcases.length, failed: failed.map(([, section, name]) => `${section} ${name}`) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file: string, output: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Error(`h2spec wrote no report:\n${output}`, { cause });
  }
}
