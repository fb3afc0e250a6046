// `pnpm conformance`: the suites of others alone. All that failed, a line for each suite, and one with the sum.
import { run, workspaceTool } from "../../tools/toolchain/run.mjs";

const { ok, output } = await run([workspaceTool("vitest"), "run", "conformance/src"]);
if (!ok) console.log(output);
const notes = [...new Set(output.match(/^(left out|conformance): .*$/gm))];
for (const note of notes) console.log(note);
console.log(`conformance: ${ok ? "all suites hold" : "FAILED, see above"}`);
process.exitCode = ok ? 0 : 1;
