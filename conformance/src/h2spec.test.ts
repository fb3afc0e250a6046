import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createGrpcServer } from "@kratos-ts/transport-grpc";
import { describe, expect, test } from "vitest";
import { ConformanceService } from "./gen/connectrpc/conformance/v1/service_pb.ts";
import { runH2spec } from "./h2spec.ts";
import { conformanceService } from "./service.ts";
import { ensureH2spec } from "./tools.ts";

const h2spec = await ensureH2spec();

/**
 * What the cases send is no gRPC, so that it is refused in one header block at once. These wait for a DATA frame of the
 * reply, or need a stream that is not answered yet.
 */
const answeredAtOnce = [
  "generic/2 Sends a WINDOW_UPDATE frame on half-closed (remote) stream",
  "generic/2 Sends a PRIORITY frame on half-closed (remote) stream",
  "http2/5.1 half closed (remote): Sends a DATA frame",
  "http2/5.1 half closed (remote): Sends a HEADERS frame",
  "http2/5.1.2 Sends HEADERS frames that causes their advertised concurrent stream limit to be exceeded",
];

describe.skipIf(!h2spec)("h2spec", () => {
  test("fails no case for our gRPC server that it does not fail for Node's own server", {
    timeout: 180_000,
  }, async () => {
    await using node = await startNodeServer();
    await using server = createGrpcServer({ address: "127.0.0.1:0" }).service(ConformanceService, conformanceService);
    await server.start();
    const port = Number(new URL(server.endpoint().replace("grpc:", "http:")).port);
    const [theirs, ours] = await Promise.all(
      [node.port, port].map((port) => runH2spec({ h2spec: String(h2spec), port })),
    );
    const worse = ours!.failed.filter((name) => !theirs!.failed.includes(name) && !answeredAtOnce.includes(name));
    const passed = ours!.cases - ours!.failed.length;
    console.log(
      `conformance: h2spec, our gRPC server: ${passed} of ${ours!.cases} passed, Node's own ${theirs!.cases - theirs!.failed.length}`,
    );
    expect(worse).toEqual([]);
    expect(ours!.cases).toBeGreaterThan(140);
  });
});

async function startNodeServer() {
  const server = createServer((_request, response) => response.end("ok")).listen(0, "127.0.0.1");
  // The cases break connections on purpose.
  server.on("sessionError", () => {});
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}
