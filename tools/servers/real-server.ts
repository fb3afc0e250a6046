// A server of somebody else, as itself: a process on 127.0.0.1 that a test starts, kills, pauses and starts again.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface RealServer extends AsyncDisposable {
  /** Its name and version. */
  readonly name: string;
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port, with the data that it kept. */
  restart(): Promise<void>;
  /** Stops it in its tracks (SIGSTOP), and lets it go on. */
  pause(): void;
  resume(): void;
}

export interface ServerRecipe {
  name: string;
  /** Default: one that is free. */
  port?: number | undefined;
  command(port: number): readonly string[];
  /** Whether it answers; may throw while it does not. */
  isReady(port: number): Promise<boolean>;
  onEnd?(): void;
}

const readyWithinMs = 60_000;
const lookEveryMs = 50;

/** Starts it and waits until it is ready. */
export async function startServer(recipe: ServerRecipe): Promise<RealServer> {
  const port = recipe.port ?? (await freePort());
  let process = await started(recipe, port);
  const kill = () => ended(process);
  return {
    name: recipe.name,
    port,
    url: `http://127.0.0.1:${port}`,
    kill,
    pause: () => void process.kill("SIGSTOP"),
    resume: () => void process.kill("SIGCONT"),
    async restart() {
      await kill();
      process = await started(recipe, port);
    },
    async [Symbol.asyncDispose]() {
      await kill();
      recipe.onEnd?.();
    },
  };
}

async function started(recipe: ServerRecipe, port: number): Promise<ChildProcess> {
  const [program = "", ...args] = recipe.command(port);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output = `${output}${chunk}`.slice(-4000);
    });
  try {
    await ready(recipe, { port, child });
    return child;
  } catch (error) {
    await ended(child);
    throw new Error(`${recipe.name} did not start on port ${port}: ${output || error}`, { cause: error });
  }
}

async function ready(recipe: ServerRecipe, { port, child }: { port: number; child: ChildProcess }): Promise<void> {
  const failed = once(child, "error").then(([error]) => Promise.reject(error));
  failed.catch(() => {});
  const giveUpAt = performance.now() + readyWithinMs;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("it ended");
    if (await Promise.race([recipe.isReady(port).catch(() => false), failed])) return;
    if (performance.now() > giveUpAt) throw new Error(`not ready within ${readyWithinMs} ms`);
    // There is nothing to await: it tells nobody that it is ready.
    await delay(lookEveryMs);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

/** Below the ports that the system gives to outgoing connections, and with room for the two that follow. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if ((await Promise.all([0, 1, 2].map((next) => isFree(port + next)))).every(Boolean)) return port;
  }
  throw new Error("no free port found");
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
