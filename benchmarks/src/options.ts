import { parseArgs } from "node:util";

export interface BenchOptions {
  /** The parts to run, in the order of the list of all parts. */
  readonly parts: readonly string[];
  readonly quick: boolean;
  /** Fail when a goal is missed. */
  readonly check: boolean;
}

/** Reads the command line; throws an error that says what is wrong with it. */
export function parseOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { quick: { type: "boolean", default: false }, check: { type: "boolean", default: false } },
  });
  for (const part of positionals)
    if (!known.includes(part)) throw new Error(`there is no part "${part}"; the parts are ${known.join(", ")}`);
  const parts = positionals.length === 0 ? known : known.filter((part) => positionals.includes(part));
  return { parts, quick: values.quick, check: values.check };
}
