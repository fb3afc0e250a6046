import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

/** A program that is measured: a path below `src` (or an absolute one), or the Go program in one of its roles. */
export type Program =
  | { readonly node: string; readonly args?: readonly string[] | undefined }
  | { readonly go: readonly [role: GoRole, kind: "grpc" | "http", ...args: string[]] };

type GoRole = "server" | "governed" | "client" | "canned";

const folder = join(import.meta.dirname, "../..");
const goFolder = join(folder, "go-kratos");
const goBinary = join(folder, "node_modules/.cache/go-kratos");

/** The Go program, or why it is left out. */
export type GoProgram = { readonly binary: string } | { readonly missing: string };

/** Builds the Go program where there is Go; its own cache makes that quick the second time. */
export function buildGo(): GoProgram {
  if (spawnSync("go", ["version"]).status !== 0)
    return { missing: "Go is not in PATH; get it at https://go.dev/dl to measure beside Go Kratos" };
  const build = spawnSync("go", ["build", "-o", goBinary, "."], { cwd: goFolder, encoding: "utf8", timeout: 300_000 });
  if (build.status === 0) return { binary: goBinary };
  return { missing: `\`go build\` in benchmarks/go-kratos failed: ${build.stderr.trim() || build.error?.message}` };
}

/** The command line of a program. */
export function commandOf(program: Program, go: GoProgram): string[] {
  if ("node" in program) return [process.execPath, resolve(folder, "src", program.node), ...(program.args ?? [])];
  if ("missing" in go) throw new Error(go.missing);
  return [go.binary, ...program.go];
}

/** Go gets one core, as Node has one thread for its JavaScript. */
export const programEnv = { GOMAXPROCS: "1" };
