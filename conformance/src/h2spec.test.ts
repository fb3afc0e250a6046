import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { createHttpServer } from "@kratos-ts/transport-http";
import { describe, expect, test } from "vitest";
import { ConformanceService } from "./gen/connectrpc/conformance/v1/service_pb.ts";
import { runH2spec } from "./h2spec.ts";
import { conformanceService } from "./service.ts";
import { ensureH2spec } from "./tools.ts";

const h2spec = await ensureH2spec();

// The port speaks HTTP/1.1 as well: what is no HTTP/2 is answered with its 400, and the connection ends with that.
const answeredAsHttp1 = "http2/3.5 Sends invalid connection preface";

describe.skipIf(!h2spec)("h2spec", () => {
  test("fails no case for our HTTP/2 that it does not fail for Node's own server", { timeout: 180_000 }, async () => {
    await using node = await startNodeServer();
    await using server = await startOnePort();
    const [theirs, ours] = await Promise.all(
      [node.port, server.port].map((port) => runH2spec({ h2spec: String(h2spec), port })),
    );
    const worse = ours!.failed.filter((name) => !theirs!.failed.includes(name) && name !== answeredAsHttp1);
    const passed = ours!.cases - ours!.failed.length;
    console.log(
      `conformance: h2spec, our HTTP/2: ${passed} of ${ours!.cases} passed, Node's own ${theirs!.cases - theirs!.failed.length}`,
    );
    expect(worse).toEqual([]);
    expect(ours!.cases).toBeGreaterThan(140);
  });
});

// The cases are no gRPC: REST answers them, over the same HTTP/2.
async function startOnePort() {
  const grpc = createGrpcServer().service(ConformanceService, conformanceService);
  const http = createHttpServer({ address: "127.0.0.1:0" })
    .get("/", () => new Response("ok"))
    .post("/", async (request) => new Response(await request.text()))
    .mount(grpc);
  await http.start();
  const port = Number(new URL(http.endpoint()).port);
  return { port, [Symbol.asyncDispose]: () => http[Symbol.asyncDispose]() };
}

async function startNodeServer() {
  const server = createServer((_request, response) => response.end("ok")).listen(0, "127.0.0.1");
  // The cases break connections on purpose.
  server.on("sessionError", () => {});
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}
