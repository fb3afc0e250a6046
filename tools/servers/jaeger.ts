// Jaeger with everything in one process, in memory: where traces are sent over OTLP, and asked for.
import { goBuildOf } from "./go-build.ts";
import { freePort, type RealServer, startServer } from "./real-server.ts";

// The newest version whose modules are all in the checksum database.
const version = "v1.62.0";

export interface Jaeger extends RealServer {
  /** Where OTLP/HTTP goes: `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly otlpEndpoint: string;
}

/** The program, or undefined where it can't be had (see `orLeaveOut`). 5 to 10 minutes when it is built first. */
export function ensureJaeger(): Promise<string | undefined> {
  return goBuildOf({ name: "jaeger", module: "github.com/jaegertracing/jaeger", folder: "cmd/all-in-one", version });
}

/** A fresh one on 127.0.0.1, whose `url` answers queries. */
export async function startJaeger(program: string): Promise<Jaeger> {
  const otlp = await freePort();
  const others = await freePort();
  const server = await startServer({
    name: `jaeger ${version}`,
    command: (query) => [program, ...listening({ query, otlp, others })],
    isReady: async (query) => (await fetch(`http://127.0.0.1:${query}/api/services`)).ok,
  });
  return { ...server, otlpEndpoint: `http://127.0.0.1:${otlp}` };
}

/** Each port by itself, and none where they usually are. */
function listening({ query, otlp, others }: { query: number; otlp: number; others: number }): string[] {
  const ports = {
    "query.http-server.host-port": query,
    "query.grpc-server.host-port": query + 1,
    "admin.http.host-port": query + 2,
    "collector.otlp.http.host-port": otlp,
    "collector.otlp.grpc.host-port": otlp + 1,
    "collector.http-server.host-port": otlp + 2,
    "collector.grpc-server.host-port": others,
    "http-server.host-port": others + 1,
  };
  return [
    "--log-level=error",
    ...Object.entries(ports).map(([flag, port]) => `--${flag}=127.0.0.1:${port}`),
    // UDP, for clients of long ago: of any port that is free.
    ...["jaeger-binary", "jaeger-compact", "zipkin-compact"].map(
      (name) => `--processor.${name}.server-host-port=127.0.0.1:0`,
    ),
  ];
}
