// gRPC's own interoperability cases, with grpc-go on the other side.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createClient } from "@connectrpc/connect";
import { createGrpcServer, createGrpcTransport } from "@kratos-ts/transport-grpc";
import { afterAll, describe, expect, test } from "vitest";
import { run } from "../../../tools/toolchain/run.mjs";
import { TestService } from "../gen/grpc/testing/test_pb.ts";
import { ensureGrpcInterop } from "../tools.ts";
import { cases } from "./cases.ts";
import { testService } from "./test-service.ts";

const goClient = await ensureGrpcInterop("client");
const goServer = await ensureGrpcInterop("server");

afterAll(() => {
  const sides = (goClient ? 1 : 0) + (goServer ? 1 : 0);
  console.log(`conformance: grpc-go's interop cases: ${Object.keys(cases).length * sides} run, both directions`);
});

describe.skipIf(!goClient)("grpc-go's interop client against our server", () => {
  test.each(Object.keys(cases))("%s", async (name) => {
    await using server = createGrpcServer({ address: "127.0.0.1:0", timeoutMs: 0 }).service(TestService, testService);
    await server.start();
    const port = new URL(server.endpoint().replace("grpc:", "http:")).port;
    const flags = ["-server_host", "127.0.0.1", "-server_port", port, "-test_case", name];
    const { ok, output } = await run([String(goClient), ...flags]);
    expect(ok, output).toBe(true);
  });
});

describe.skipIf(!goServer)("our client against grpc-go's interop server", () => {
  test.each(Object.entries(cases))("%s", async (_name, holds) => {
    await using server = await startGoServer();
    const endpoint = `grpc://127.0.0.1:${server.port}`;
    await using transport = createGrpcTransport({
      endpoint,
      timeoutMs: 0,
      waitForReady: true,
      backoff: { initialMs: 20 },
    });
    await holds(createClient(TestService, transport), transport);
  });
});

async function startGoServer() {
  const port = await freePort();
  const child = spawn(String(goServer), ["-port", String(port)], { stdio: "ignore" });
  const ended = once(child, "close");
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

// Its log does not say where it listens, so it can't be given port 0.
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
