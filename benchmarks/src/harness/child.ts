import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What a process has used. */
export interface Usage {
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

export interface ChildOptions {
  readonly command: readonly string[];
  /** What errors call it. Default: the command. */
  readonly name?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** When it aborts, the process is killed. */
  readonly signal?: AbortSignal | undefined;
  /** How long it may take to end when its stdin has ended, in ms; then it is killed. Default 2000. */
  readonly stopMs?: number | undefined;
}

/** A process that does not answer within this time is reported, in ms. */
const answerMs = 30_000;
const keptStderr = 4_000;

interface Waiter {
  resolve(line: string): void;
  reject(error: Error): void;
}

/**
 * A benchmarked program: it greets with one line of JSON when it is ready, answers each line of stdin with one more,
 * and ends when stdin does, so nothing stays behind even when this process is killed.
 */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #name: string;
  readonly #stopMs: number;
  readonly #closed: Promise<void>;
  readonly #waiters: Waiter[] = [];
  #greeting: unknown;
  #stderr = "";
  #ended: Error | undefined;

  private constructor({ command, name, env, signal, stopMs = 2000 }: ChildOptions) {
    const [file = "", ...args] = command;
    this.#name = name ?? command.join(" ");
    this.#stopMs = stopMs;
    this.#process = spawn(file, args, {
      env: { ...process.env, ...env },
      stdio: "pipe",
      signal,
      killSignal: "SIGKILL",
    });
    this.#process.on("error", (error) => this.#end(error));
    this.#closed = new Promise((resolve) => {
      this.#process.on("close", (code, signal) => {
        this.#end(new Error(`ended with ${signal ?? `code ${code}`}`));
        resolve();
      });
    });
    this.#process.stdin.on("error", (error) => this.#end(error));
    this.#process.stderr.on("data", (text: Buffer) => {
      this.#stderr = (this.#stderr + text).slice(-keptStderr);
    });
    createInterface({ input: this.#process.stdout }).on("line", (line) => this.#waiters.shift()?.resolve(line));
  }

  /** Starts a program and waits until it is ready. */
  static async start(options: ChildOptions): Promise<Child> {
    const child = new Child(options);
    try {
      child.#greeting = await child.#message();
      return child;
    } catch (error) {
      await child[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What a server said when it was ready: the port that it listens on. */
  get port(): number {
    return (this.#greeting as { port: number }).port;
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** Sends a line and gives the answer, which is JSON. */
  async ask<T>(question: string): Promise<T> {
    const answer = this.#message();
    this.#process.stdin.write(`${question}\n`);
    return (await answer) as T;
  }

  usage(): Promise<Usage> {
    return this.ask("usage");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const kill = setTimeout(() => this.#process.kill("SIGKILL"), this.#stopMs);
    this.#process.stdin.end();
    await this.#closed;
    clearTimeout(kill);
  }

  async #message(): Promise<unknown> {
    const line = await this.#line();
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw new Error(`${this.#name} wrote "${line}" where a line of JSON was expected`, { cause });
    }
  }

  #line(): Promise<string> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${this.#name}: no answer in ${answerMs} ms`)), answerMs);
      const settled = (done: () => void): void => {
        clearTimeout(late);
        done();
      };
      this.#waiters.push({
        resolve: (line) => settled(() => resolve(line)),
        reject: (error) => settled(() => reject(error)),
      });
    });
  }

  #end(error: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = new Error(`${this.#name}: ${error.message}\n${this.#stderr}`.trim(), { cause: error });
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#ended);
  }
}
