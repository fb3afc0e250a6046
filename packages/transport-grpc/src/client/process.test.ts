import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { answer, RawServer } from "../../testdata/raw-server.ts";

const urlOf = (path: string): string => new URL(path, import.meta.url).href;
const head = `
  import { createClient } from ${JSON.stringify(import.meta.resolve("@connectrpc/connect"))};
  import { Echo } from ${JSON.stringify(urlOf("../../testdata/gen/interop/v1/interop_pb.ts"))};
  import { createGrpcTransport } from ${JSON.stringify(urlOf("./grpc-transport.ts"))};
`;

/** Runs a program that is given the endpoint of a server; resolves with what it printed and its exit code. */
async function run(program: string, endpoint: string): Promise<{ printed: string; code: number | null }> {
  const args = ["--input-type=module-typescript", "-e", head + program, endpoint];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  // What hangs would otherwise outlive the test.
  const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
  let printed = "";
  child.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  const [code] = await once(child, "close");
  clearTimeout(timer);
  return { printed: printed.trim(), code };
}

describe("the process of a client", () => {
  it("ends by itself when its calls have ended, though the transport is never closed", async () => {
    await using server = await RawServer.start((call) => answer(call));
    const outcome = await run(
      `const echo = createClient(Echo, createGrpcTransport({
         endpoint: process.argv[1], keepalive: { intervalMs: 60_000, withoutCalls: true },
       }));
       await Promise.all(Array.from({ length: 50 }, () => echo.noRule({})));
       console.log((await echo.noRule({})).name);`,
      server.endpoint,
    );
    expect(outcome).toEqual({ printed: "raw", code: 0 });
  });

  it("lives on while a call is in flight", async () => {
    await using server = await RawServer.start((call) => setTimeout(() => answer(call), call.index === 0 ? 0 : 300));
    const outcome = await run(
      `const echo = createClient(Echo, createGrpcTransport({ endpoint: process.argv[1] }));
       await echo.noRule({});
       echo.noRule({}).then(({ name }) => console.log(name));`,
      server.endpoint,
    );
    expect(outcome).toEqual({ printed: "raw", code: 0 });
  });

  it("lives on while a call waits for the server, and ends when it has failed", async () => {
    const outcome = await run(
      `const echo = createClient(Echo, createGrpcTransport({
         endpoint: process.argv[1], waitForReady: true, backoff: { initialMs: 10 },
       }));
       echo.noRule({}, { timeoutMs: 200 }).catch(({ code }) => console.log(code));`,
      "grpc://127.0.0.1:1",
    );
    expect(outcome).toEqual({ printed: "504", code: 0 });
  });

  it("ends after closing the transport, with connections open and calls in flight", async () => {
    await using server = await RawServer.start((call) => (call.index === 0 ? answer(call) : undefined));
    const outcome = await run(
      `const transport = createGrpcTransport({ endpoint: process.argv[1] });
       const echo = createClient(Echo, transport);
       await echo.noRule({});
       await transport[Symbol.asyncDispose]();
       const second = createGrpcTransport({ endpoint: process.argv[1] });
       const call = createClient(Echo, second).noRule({}, { timeoutMs: 60_000 }).catch(({ code }) => console.log(code));
       setTimeout(async () => { await second[Symbol.asyncDispose](); await call; console.log("closed"); }, 100);`,
      server.endpoint,
    );
    expect(outcome).toEqual({ printed: "499\nclosed", code: 0 });
  });
});
