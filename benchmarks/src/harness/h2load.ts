import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import type { Load } from "./load.ts";
import { pinned } from "./pinning.ts";

const run = promisify(execFile);

export interface H2loadOptions {
  readonly load: Omit<Load, "body" | "check">;
  /** The file with each request's body. Default: there is none. */
  readonly bodyFile?: string | undefined;
  readonly port: number;
  readonly ms: number;
  readonly core: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Calls per second of all connections together. Default: as many as the server answers. */
  readonly rate?: number | undefined;
  /** Where the time of each call is written: see `readLatencies`. */
  readonly logFile?: string | undefined;
}

/** What one run of the load did. */
export interface LoadResult {
  readonly calls: number;
  readonly seconds: number;
  /** Calls that had begun and not ended when time was up. */
  readonly unfinished: number;
  /** Calls without a 2xx answer. */
  readonly bad: number;
  /** Bytes of reply bodies. */
  readonly bodyBytes: number;
}

/** Throws an error that says how to get h2load when it is not installed. */
export function requireH2load(): void {
  if (spawnSync("h2load", ["--version"]).status === 0) return;
  throw new Error(
    "h2load makes the load and is not in PATH: install it with `apt-get install nghttp2-client` (Debian, Ubuntu), " +
      "`brew install nghttp2` (macOS) or `dnf install nghttp2` (Fedora)",
  );
}

/** Loads a server for a while; h2load ends by itself when the time is up. */
export async function h2load(options: H2loadOptions): Promise<LoadResult> {
  const [file = "", ...args] = pinned(["h2load", ...argumentsOf(options)], options.core);
  const { stdout } = await run(file, args, { signal: options.signal, timeout: options.ms + 10_000 });
  return parseH2load(stdout);
}

// HTTP/2 as a few busy gRPC clients do it, HTTP/1.1 with one call a connection.
const connections = { h2: 8, "http/1.1": 32 };
const streams = 16;
// A fixed rate must not be held back by a slow answer before its own.
const streamsAtFixedRate = 100;

export function argumentsOf({ load, bodyFile, port, ms, rate, logFile }: H2loadOptions): string[] {
  const clients = connections[load.protocol];
  const args = ["-t1", `-c${clients}`, `--duration=${ms}ms`];
  if (load.protocol === "http/1.1") args.push("--h1");
  else args.push(`-m${rate === undefined ? streams : streamsAtFixedRate}`);
  if (rate !== undefined) args.push(`--rps=${rate / clients}`);
  if (logFile !== undefined) args.push(`--log-file=${logFile}`);
  for (const [name, value] of Object.entries(load.headers ?? {})) args.push(`--header=${name}: ${value}`);
  if (bodyFile !== undefined) args.push(`--data=${bodyFile}`);
  return [...args, ...load.paths.map((path) => `http://127.0.0.1:${port}${path}`)];
}

/** Reads what h2load prints at its end. */
export function parseH2load(output: string): LoadResult {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(output)?.[1];
    if (found === undefined) throw new Error(`h2load printed no ${pattern.source}:\n${output}`);
    return Number(found);
  };
  const calls = number(/(\d+) done,/);
  const perSecond = number(/, ([\d.]+) req\/s,/);
  return {
    calls,
    seconds: perSecond === 0 ? 0 : calls / perSecond,
    unfinished: Math.max(0, number(/(\d+) started,/) - calls),
    bad: calls - number(/status codes: (\d+) 2xx/),
    bodyBytes: number(/\((\d+)\) data/),
  };
}

/** How long each call of a log file took, in ms. */
export function readLatencies(log: string): number[] {
  return log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Number(line.split("\t")[2]) / 1000);
}
