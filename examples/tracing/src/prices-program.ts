import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface PricesProgram {
  /** Where it listens, as a URL. */
  readonly endpoint: string;
  /** Ends it; it sends the spans that are left. */
  stop(): Promise<void>;
}

/** The service in Go. */
export async function startPrices(program: string, otlpEndpoint: string): Promise<PricesProgram> {
  const child = spawn(program, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint },
  });
  const ended = once(child, "exit");
  const line = once(createInterface(child.stdout), "line");
  const [first] = await Promise.race([
    line,
    ended.then(([code]) => Promise.reject(new Error(`it ended with ${code}`))),
  ]);
  return {
    endpoint: (JSON.parse(first) as { grpc: string }).grpc,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
