// The TypeScript peer over HTTP and gRPC, with the flags and the ready line of the Go peer (go/cmd/server):
//   node interop/src/server.ts --http 127.0.0.1:0 --grpc 127.0.0.1:0 [--timeout 5s] [--name interop.ts] [-v]
import { type LogFields, type Logger, noopLogger } from "@kratos-ts/core";
import { parseDurationMs, readFlags } from "./peer/flags.ts";
import { createPeer } from "./peer/server.ts";

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function main(): Promise<void> {
  const flags = readFlags({
    http: { type: "string", default: "127.0.0.1:0" },
    grpc: { type: "string", default: "127.0.0.1:0" },
    name: { type: "string", default: "interop.ts" },
    // A time in ms or such as 5s; 0 for none, negative for the default.
    timeout: { type: "string", default: "-1" },
    // The Go peer needs it; here application/json is protojson in any case.
    json: { type: "string", default: "proto" },
    v: { type: "boolean", default: false },
  });
  const timeoutMs = parseDurationMs(String(flags.timeout));
  const app = createPeer({
    http: String(flags.http),
    grpc: String(flags.grpc),
    name: String(flags.name),
    timeoutMs: timeoutMs < 0 ? undefined : timeoutMs,
    logger: flags.v ? stderrLogger() : noopLogger,
    onReady: (endpoints) => console.log(JSON.stringify(endpoints)),
  });
  return app.run();
}

function stderrLogger(common: LogFields = {}): Logger {
  const write = (level: string) => (message: string, fields?: LogFields) =>
    console.error(level, message, { ...common, ...fields });
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    enabled: () => true,
    with: (fields) => stderrLogger({ ...common, ...fields }),
  };
}
