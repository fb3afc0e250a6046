import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { parseJson } from "../peer/json-values.ts";
import type { Case, Result } from "../peer/run.ts";
import type { Endpoints } from "../peer/server.ts";

/** The command lines of one implementation. */
export interface Implementation {
  readonly server: readonly string[];
  readonly client: readonly string[];
}

const sources = join(import.meta.dirname, "..");

export const typescript: Implementation = {
  server: [process.execPath, "--disable-warning=ExperimentalWarning", join(sources, "server.ts")],
  client: [process.execPath, "--disable-warning=ExperimentalWarning", join(sources, "client.ts")],
};

/** The programs of `go/`, built into this folder. */
export function goIn(folder: string): Implementation {
  return { server: [join(folder, "server")], client: [join(folder, "client")] };
}

/** Starts a server and waits for its ready line. */
export async function startServer(command: readonly string[]): Promise<Endpoints & AsyncDisposable> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  const errors = text(child.stderr);
  const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), exited.then(() => [])])) as [
    string?,
  ];
  if (line === undefined) throw new Error(`${command.join(" ")} ended before it was ready: ${await errors}`);
  return {
    ...(JSON.parse(line) as Endpoints),
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Runs a client over these cases; the results by the names of the cases. */
export async function runClient(command: readonly string[], cases: readonly Case[]): Promise<Map<string, Result>> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => {});
  child.stdin.end(cases.map((given) => JSON.stringify(given)).join("\n"));
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${errors}`);
  const results = output
    .trim()
    .split("\n")
    .map((line) => parseJson(line) as Result);
  return new Map(results.map((result) => [result.name, result]));
}
