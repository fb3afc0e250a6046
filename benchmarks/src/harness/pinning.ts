import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Where processes run: what is measured on one core, what drives or serves it on another. */
export interface Pins {
  readonly measured: number | undefined;
  readonly other: number | undefined;
}

/** Two cores that this process may use; none where there are fewer, or no `taskset` (Linux, util-linux). */
export function choosePins(): Pins {
  const none = { measured: undefined, other: undefined };
  if (process.platform !== "linux" || spawnSync("taskset", ["--version"]).status !== 0) return none;
  const allowed = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "";
  const [measured, other] = coresOf(allowed);
  return measured === undefined || other === undefined ? none : { measured, other };
}

/** The cores of a list such as `0-2,5`. */
export function coresOf(list: string): number[] {
  return list
    .split(",")
    .filter((range) => range !== "")
    .flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}

/** The command that runs `command` on one core only. */
export function pinned(command: readonly string[], core: number | undefined): string[] {
  return core === undefined ? [...command] : ["taskset", "--cpu-list", String(core), ...command];
}
