import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Targets } from "./case.ts";

/** In bytes. */
export interface Memory {
  /** JavaScript heap and buffers after a garbage collection. */
  readonly used: number;
  readonly rss: number;
  readonly peakRss: number;
  /** Open connections. */
  readonly sockets: number;
}

type Said = { targets: Targets } | { memory: Memory } | { fault: string };

/** The process of target.ts. */
export class TargetProcess implements AsyncDisposable {
  /** What it did that no input may cause, in words. */
  readonly faults: string[] = [];
  targets: Targets | undefined;
  readonly #child: ChildProcess;
  #onMemory: ((memory: Memory) => void) | undefined;
  #ending = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on("exit", (code, signal) => {
      if (!this.#ending) this.faults.push(`the process of the servers ended: ${signal ?? `code ${code}`}`);
    });
  }

  static async start(): Promise<TargetProcess & { targets: Targets }> {
    const child = fork(fileURLToPath(new URL("target.ts", import.meta.url)), {
      // Whoever keeps more than this ends, which is seen.
      execArgv: ["--expose-gc", "--max-old-space-size=512", "--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const started = new TargetProcess(child);
    const ready = Promise.withResolvers<void>();
    child.on("exit", () => ready.reject(new Error(started.faults.join("\n"))));
    child.on("message", (said: Said) => {
      started.#hear(said);
      if ("targets" in said) ready.resolve();
    });
    await ready.promise;
    return started as TargetProcess & { targets: Targets };
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  memory(): Promise<Memory> {
    if (!this.alive) return Promise.reject(new Error("the process of the servers has ended"));
    return new Promise((resolve) => {
      this.#onMemory = resolve;
      this.#child.send("memory");
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    if (!this.alive) return;
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    await exited;
  }

  #hear(said: Said): void {
    if ("targets" in said) this.targets = said.targets;
    else if ("memory" in said) this.#onMemory?.(said.memory);
    else this.faults.push(said.fault);
  }
}
