// A run of Connect's conformance suite.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "../../tools/toolchain/run.mjs";

const folder = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

export interface SuiteRun {
  /** Which side is under test. */
  mode: "client" | "server";
  /** What it claims to speak: a file of `suite/`, without its ending. A `.known-failing.txt` beside it may only shrink. */
  config: string;
  /** The program of `connectconformance`. */
  suite: string;
}

export interface SuiteCounts {
  readonly passed: number;
  readonly failed: number;
  /** Failed as the list of known failures says. */
  readonly known: number;
  /** What the suite wrote about failures. */
  readonly output: string;
}

/** Runs the suite's cases against our client or server. */
export async function runConnectSuite({ mode, config, suite }: SuiteRun): Promise<SuiteCounts> {
  const known = folder(`suite/${config}.known-failing.txt`);
  const options = ["--mode", mode, "--conf", folder(`suite/${config}.yaml`)];
  if (existsSync(known)) options.push("--known-failing", `@${known}`);
  const underTest = [process.execPath, folder(`src/${mode}.ts`)];
  const { ok, output } = await run([suite, ...options, "--", ...underTest]);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed/m.exec(output) ?? [];
  if (passed === undefined || failed === undefined) throw new Error(`the suite did not come to its end:\n${output}`);
  const [, knownFailures = "0"] = /^\((\d+) failed as expected/m.exec(output) ?? [];
  // Cases that could not be run, and known failures that pass, make the run fail without a count.
  return { passed: Number(passed), failed: ok ? 0 : Math.max(Number(failed), 1), known: Number(knownFailures), output };
}
