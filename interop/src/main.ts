// `pnpm interop`: the vectors and the matrix alone. All that failed, and one line with the counts.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, workspaceTool } from "../../tools/toolchain/run.mjs";
import { interopSummary, type TestReport } from "./summary.ts";

const folder = mkdtempSync(join(tmpdir(), "kratos-interop-"));
try {
  const file = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const { ok, output } = await run([
    workspaceTool("vitest"),
    "run",
    "interop/src/vectors",
    "interop/src/matrix",
    ...reporters,
  ]);
  for (const [note] of ok ? output.matchAll(/left out: .*$/gm) : []) console.log(note);
  if (!ok) console.log(output);
  console.log(interopSummary(JSON.parse(readFileSync(file, "utf8")) as TestReport) ?? "interop: nothing was run");
  process.exitCode = ok ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
