// `pnpm bench [part …] [--quick] [--check]`
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { type Bench, fullPlan, quickPlan } from "./harness/bench.ts";
import { requireH2load } from "./harness/h2load.ts";
import { choosePins } from "./harness/pinning.ts";
import { buildGo } from "./harness/programs.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import { replaceResults } from "./report/readme.ts";
import { toMarkdown, toText } from "./report/render.ts";
import type { Section } from "./report/section.ts";
import type { Part } from "./suites/part.ts";
import { parts } from "./suites/parts.ts";

const readme = join(import.meta.dirname, "../README.md");

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));

try {
  process.exitCode = await main(parseOptions(process.argv.slice(2), [...parts.keys()]));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = stopping.signal.aborted ? 130 : 1;
}

async function main(options: BenchOptions): Promise<number> {
  requireH2load();
  const scratch = await mkdtemp(join(tmpdir(), "kratos-bench-"));
  try {
    const bench: Bench = {
      plan: options.quick ? quickPlan : fullPlan,
      pins: choosePins(),
      go: buildGo(),
      scratch,
      signal: stopping.signal,
    };
    const notes = notesOf(bench);
    console.log(`${notes.join("\n")}\n`);
    if ("missing" in bench.go) console.log(`${bench.go.missing}\n`);
    const sections: Section[] = [];
    for (const part of options.parts) sections.push(...(await runPart(part, { bench, options, notes })));
    return exitCodeOf(sections, options);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface RunOptions {
  readonly bench: Bench;
  readonly options: BenchOptions;
  readonly notes: readonly string[];
}

async function runPart(name: string, { bench, options, notes }: RunOptions): Promise<Section[]> {
  const sections: Section[] = [];
  for await (const section of (parts.get(name) as Part)(bench)) {
    console.log(`${toText(section)}\n`);
    sections.push(section);
  }
  // A quick run is no result to keep.
  if (!options.quick) {
    const results = ["", notes.join(" "), ...sections.map(toMarkdown), ""].join("\n\n").trim();
    await writeFile(readme, replaceResults(await readFile(readme, "utf8"), name, `\n${results}\n`));
  }
  return sections;
}

/** Where and when this was measured, and what is missing. */
function notesOf({ pins, go }: Bench): string[] {
  const date = new Date().toISOString().slice(0, 10);
  const pinning = pins.measured === undefined ? "not pinned to cores" : "what is measured pinned to one of them";
  const notes = [`${date}, Node ${process.version}, ${availableParallelism()} cores, ${pinning}.`];
  if ("missing" in go) notes.push("Go Kratos was left out.");
  return notes;
}

function exitCodeOf(sections: readonly Section[], { check }: BenchOptions): number {
  if (sections.some(({ failures }) => failures.length > 0)) return 1;
  const missed = sections.some(({ goals }) => goals.some(({ held }) => held === false));
  return check && missed ? 1 : 0;
}
