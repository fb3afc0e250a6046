// The hostile inputs alone: node interop/src/hostile/main.ts [--seed N] [--seconds N] [--only TEXT]
import { parseArgs } from "node:util";
import { hostileOptions, summaryOf } from "./options.ts";
import { runHostile } from "./run.ts";

const { values } = parseArgs({
  options: { seed: { type: "string" }, seconds: { type: "string" }, only: { type: "string" } },
});
const options = hostileOptions(values);
const result = await runHostile(options);
for (const failure of result.failures) console.error(failure);
console.log(result.note);
console.log(summaryOf(result, options));
process.exitCode = result.failures.length > 0 ? 1 : 0;
