import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export interface ServiceProcessOptions {
  readonly secret: string;
  readonly logFile: string;
}

interface Endpoints {
  readonly grpc: string;
  readonly http: string;
}

const program = join(import.meta.dirname, "../service.ts");

/** The service in a process of its own, which can be killed, and started again at the same addresses. */
export class ServiceProcess implements AsyncDisposable {
  readonly #options: ServiceProcessOptions;
  #child: ChildProcess | undefined;
  #endpoints: Endpoints = { grpc: "grpc://127.0.0.1:0", http: "http://127.0.0.1:0" };

  constructor(options: ServiceProcessOptions) {
    this.#options = options;
  }

  get endpoints(): Endpoints {
    return this.#endpoints;
  }

  /** Resolves when it listens. With `limited: false` it takes on whatever comes. */
  async start({ limited = true } = {}): Promise<void> {
    const { secret, logFile } = this.#options;
    const { grpc, http } = this.#endpoints;
    const addresses = ["--grpc", new URL(grpc).host, "--http", new URL(http).host];
    const args = [...addresses, "--log", logFile, "--cpu-threshold", limited ? "0.8" : "2"];
    const child = fork(program, args, { env: { ...process.env, JWT_SECRET: secret } });
    this.#child = child;
    const gone = once(child, "exit").then(([code, signal]) => {
      throw new Error(`the service ended with ${signal ?? `code ${code}`} before it listened`);
    });
    const [endpoints] = await Promise.race([once(child, "message"), gone]);
    this.#endpoints = endpoints as Endpoints;
  }

  /** Without a chance to say goodbye. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}
