// What a service pays that only swaps JSON.parse for protobuf-es.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fromJsonString, toJsonString } from "@bufbuild/protobuf";
import { TwentyFieldsSchema } from "../gen/bench/v1/bench_pb.ts";
import { serverReady } from "../harness/answers.ts";

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const message = fromJsonString(TwentyFieldsSchema, Buffer.concat(chunks).toString(), { ignoreUnknownFields: true });
    const body = toJsonString(TwentyFieldsSchema, message, { alwaysEmitImplicit: true });
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
});
server.listen(0, "127.0.0.1", () => serverReady(server.address() as AddressInfo));
