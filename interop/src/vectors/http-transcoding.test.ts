import { fromBinary, toJson } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { StatusSchema } from "@kratos-ts/core/proto/errors/errors_pb.js";
import { createHttpTransport } from "@kratos-ts/transport-http";
import { afterAll, beforeAll } from "vitest";
import { Echo, EverythingSchema } from "../gen/interop/v1/interop_pb.ts";
import type { Endpoints } from "../peer/server.ts";
import { type CannedHttp, startCannedHttp } from "../testing/canned-http.ts";
import { startLocalPeer } from "../testing/local-peer.ts";
import { sendRawHttp } from "../testing/raw-http.ts";
import { exchange, type HttpCase, recorded } from "./http-exchange.ts";
import { vectorTests } from "./vector-tests.ts";

interface TranscodingCase extends HttpCase {
  readonly jsonCodec: "proto" | "struct";
}

let peer: Endpoints & AsyncDisposable;
let canned: CannedHttp;

beforeAll(async () => {
  peer = await startLocalPeer();
  canned = await startCannedHttp();
});
afterAll(async () => {
  await peer[Symbol.asyncDispose]();
  await canned[Symbol.asyncDispose]();
});

vectorTests<TranscodingCase>("http-transcoding", {
  // v3's own JSON is nothing that our server speaks: there the two servers have read the same message, or refused it,
  // and our client reads it in Go's reply.
  ours: (given) => (given.jsonCodec === "proto" ? exchange(peer.http, given) : readByServer(given)),
  theirs: (given) => (given.jsonCodec === "proto" ? recorded(given) : readByClient(given)),
});

async function readByServer({ request }: TranscodingCase): Promise<unknown> {
  const { method, path, bodyUtf8, headers = [] } = request;
  const asked = headers.map(([name, value]) =>
    name === "Accept" ? ([name, "application/proto"] as const) : ([name, value] as const),
  );
  const { status, body } = await sendRawHttp(peer.http, { method, path, headers: asked, body: bodyUtf8 });
  if (status !== 200) return { status, reason: fromBinary(StatusSchema, body).reason };
  return { status, message: toJson(EverythingSchema, fromBinary(EverythingSchema, body)) };
}

async function readByClient({ request, response }: TranscodingCase): Promise<unknown> {
  const { status, contentType, bodyJson, bodyUtf8 } = response;
  canned.reply = { status, contentType, body: bodyUtf8 ?? JSON.stringify(bodyJson) };
  await using transport = createHttpTransport({ endpoint: canned.endpoint, codec: "json" });
  const client = createClient(Echo, transport);
  try {
    const message = await (request.method === "GET" ? client.getEverything({}) : client.postEverything({}));
    return { status, message: toJson(EverythingSchema, message) };
  } catch (error) {
    const { code, reason } = error as { code: number; reason: string };
    return { status: code, reason };
  }
}
