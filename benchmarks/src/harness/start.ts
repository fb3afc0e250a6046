import { basename, isAbsolute } from "node:path";
import type { Bench } from "./bench.ts";
import { Child } from "./child.ts";
import { pinned } from "./pinning.ts";
import { commandOf, type Program, programEnv } from "./programs.ts";

export interface StartOptions {
  readonly bench: Pick<Bench, "go" | "signal">;
  readonly core: number | undefined;
  /** Further arguments of the program. */
  readonly args?: readonly string[] | undefined;
}

/** Starts a program on a core and waits until it is ready. */
export function startProgram(program: Program, { bench, core, args = [] }: StartOptions): Promise<Child> {
  const command = pinned([...commandOf(program, bench.go), ...args], core);
  return Child.start({ command, name: nameOfProgram(program), env: programEnv, signal: bench.signal });
}

/** What errors and tests call a program. */
export function nameOfProgram(program: Program): string {
  const words = "node" in program ? [basename(program.node), ...(program.args ?? [])] : ["go-kratos", ...program.go];
  return words.map((word) => (isAbsolute(word) ? basename(word) : word)).join(" ");
}
