// `pnpm overload [--over http] [--seconds 4]`: what the middleware do when there is too much to do, and nobody to do it.
import { parseArgs } from "node:util";
import { header, phaseLines, summaryLine } from "./load/report.ts";
import { runLoad } from "./load/run-load.ts";

const { values } = parseArgs({
  options: { over: { type: "string", default: "grpc" }, seconds: { type: "string", default: "4" } },
});
const seconds = Number(values.seconds);
if (!(seconds >= 1 && seconds <= 60))
  throw new RangeError(`--seconds is ${values.seconds}, but has to be from 1 to 60`);
const over = values.over === "http" ? "http" : "grpc";

console.log(header);
const report = await runLoad({ over, phaseMs: 1000 * seconds, onPhase: (phase) => console.log(phaseLines(phase)) });
console.log(`\n${summaryLine(over, report)}`);
