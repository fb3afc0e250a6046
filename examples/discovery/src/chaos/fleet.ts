// The instances, each a process of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../instance.ts", import.meta.url));

/** An instance that is registered. */
export class Instance {
  readonly id: string;
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(id: string, child: ChildProcess) {
    this.id = id;
    this.#child = child;
    this.ended = once(child, "exit").then(([code]) => code);
  }

  /** As Kubernetes ends a pod. Resolves with the exit code, null when it was killed. */
  terminate(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return this.ended;
  }

  /** As a crash ends it. */
  kill(): Promise<number | null> {
    this.#child.kill("SIGKILL");
    return this.ended;
  }

  pause(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }
}

export class Fleet implements AsyncDisposable {
  readonly #flags: readonly string[];
  readonly #instances = new Set<Instance>();
  readonly #killAll = () => {
    for (const instance of this.#instances) void instance.kill();
  };
  #started = 0;

  /** The flags of every instance, beside its id. */
  constructor(flags: readonly string[]) {
    this.#flags = flags;
    // However this process ends, none of them is to outlive it.
    process.once("exit", this.#killAll);
  }

  get instances(): readonly Instance[] {
    return [...this.#instances];
  }

  /** Starts one more; resolves when it is registered. */
  async start(): Promise<Instance> {
    const id = `who-${++this.#started}`;
    const args = ["--disable-warning=ExperimentalWarning", program, "--id", id, ...this.#flags];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const instance = new Instance(id, child);
    this.#instances.add(instance);
    void instance.ended.then(() => this.#instances.delete(instance));
    const ended = instance.ended.then((code) => Promise.reject(new Error(`${id} ended at its start, with ${code}`)));
    ended.catch(() => {});
    await Promise.race([once(child.stdout, "data"), ended]);
    child.stdout.resume();
    return instance;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off("exit", this.#killAll);
    await Promise.all(this.instances.map((instance) => instance.kill()));
  }
}
