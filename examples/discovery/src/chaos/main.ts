// `pnpm chaos [--registry local|etcd|consul|all] [--long] [--seed N]`: what callers notice while instances, the registry
// and the configuration are made trouble. All on this machine, and it ends by itself.
import { parseArgs } from "node:util";
import { extentOf, kindsOf } from "./options.ts";
import { problemsOf, reportOf, summaryOf } from "./report.ts";
import { type Result, runChaos } from "./run.ts";

const { values } = parseArgs({
  options: {
    registry: { type: "string", default: "local" },
    long: { type: "boolean" },
    seed: { type: "string" },
  },
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
const extent = extentOf(values);
const results: Result[] = [];
for (const kind of kindsOf(values.registry)) {
  console.log(`over ${kind}`);
  const result = await runChaos({ kind, extent, onFinding: (finding) => console.log(reportOf(finding)) });
  if (result === undefined) continue;
  console.log(`  took ${result.seconds.toFixed(1)} s`);
  results.push(result);
}
console.log(summaryOf(results, extent.seed));
process.exitCode = results.length > 0 && problemsOf(results).length === 0 ? 0 : 1;
