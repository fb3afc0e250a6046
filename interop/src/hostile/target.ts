// The servers under attack, in a process of their own. Whatever no caller should be able to cause is told to the parent.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Logger, noopLogger, type Service } from "@kratos-ts/core";
import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { createHttpServer, type HttpServerOptions } from "@kratos-ts/transport-http";
import { Echo, Faults, Streams } from "../gen/interop/v1/interop_pb.ts";
import { echoService } from "../peer/echo.ts";
import { faultsService } from "../peer/faults.ts";
import { streamsService } from "../peer/streams.ts";
import type { Memory } from "./target-process.ts";

const fault = (kind: string) => (error: unknown) =>
  process.send?.({ fault: `${kind}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` });
process.on("uncaughtException", fault("uncaught exception"));
process.on("unhandledRejection", fault("unhandled rejection"));
process.on("warning", (warning) => {
  if (warning.name !== "ExperimentalWarning") fault("warning")(warning);
});

// An error in the log is one that no caller hears of.
const logger: Logger = {
  ...noopLogger,
  error: (message, fields) => fault("logged")(`${message} ${fields?.cause ?? fields?.error ?? ""}`),
  with: () => logger,
};

const folder = mkdtempSync(join(tmpdir(), "kratos-hostile-"));
await mkdir(join(folder, "public"));
writeFileSync(join(folder, "public/hello.txt"), "hello");
writeFileSync(join(folder, "secret.txt"), "TOP SECRET");
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

// As careless as such handlers are: what keeps callers inside of the folder is the server.
async function serveFile(request: Request): Promise<Response> {
  const path = decodeURIComponent(new URL(request.url).pathname);
  try {
    return new Response(readFileSync(join(folder, "public", path), "utf8"));
  } catch {
    return new Response("no such file", { status: 404 });
  }
}

// Mutated requests must not make it call others.
const { relay: _, ...peer } = echoService;
const echo: Partial<Service<typeof Echo>> = {
  ...peer,
  seen: async (_request, { transport }) => ({ headers: valuesOf(transport.requestHeader.flat()) }),
};

function valuesOf(list: readonly string[]): Record<string, { values: string[] }> {
  const pairs: [string, { values: string[] }][] = [];
  for (let i = 0; i < list.length; i += 2) pairs.push([String(list[i]), { values: [String(list[i + 1])] }]);
  return Object.fromEntries(pairs);
}

async function startHttp(options: HttpServerOptions): Promise<string> {
  const server = createHttpServer({ address: "127.0.0.1:0", logger, ...options })
    .service(Echo, echo)
    .service(Faults, faultsService)
    .service(Streams, streamsService)
    .mount("/static", serveFile)
    .post("/text", async (request) => new Response(String((await request.text()).length)));
  await server.start();
  return server.endpoint();
}

async function startGrpc(): Promise<string> {
  const keepalive = { intervalMs: 500, timeoutMs: 500 };
  const server = createGrpcServer({ address: "127.0.0.1:0", logger, timeoutMs: 700, keepalive })
    .service(Echo, echo)
    .service(Faults, faultsService)
    .service(Streams, streamsService);
  await server.start();
  return server.endpoint();
}

function memory(): Memory {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const sockets = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
  // maxRSS is in KiB.
  return { used: heapUsed + external, rss, peakRss: process.resourceUsage().maxRSS * 1024, sockets };
}

process.on("message", () => process.send?.({ memory: memory() }));
process.on("disconnect", () => process.exit());

const shortLimits = { headersTimeoutMs: 400, requestTimeoutMs: 700, keepAliveTimeoutMs: 600 };
process.send?.({
  targets: {
    http: await startHttp(shortLimits),
    wide: await startHttp({ maxHeaderBytes: 16 * 1024 * 1024, maxBodyBytes: 16 * 1024 * 1024, timeoutMs: 5000 }),
    grpc: await startGrpc(),
  },
});
