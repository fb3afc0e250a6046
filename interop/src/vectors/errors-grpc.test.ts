import { fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { StatusSchema } from "@kratos-ts/core/proto/google/rpc/status_pb.js";
import { afterAll, beforeAll } from "vitest";
import { messageTypeOf, registry } from "../peer/message-types.ts";
import { type ErrorResult, runCase } from "../peer/run.ts";
import type { Endpoints } from "../peer/server.ts";
import { type CannedGrpc, type CannedGrpcReply, startCannedGrpc } from "../testing/canned-grpc.ts";
import { startLocalPeer } from "../testing/local-peer.ts";
import { sendRawGrpc } from "../testing/raw-grpc.ts";
import { comparedError } from "./compared-error.ts";
import { vectorTests } from "./vector-tests.ts";

type ErrorCase = ServerCase | ClientCase;

interface ServerCase {
  readonly name: string;
  readonly direction: "server";
  readonly method: string;
  readonly messageType: string;
  readonly request: JsonValue;
  readonly messagesBase64?: readonly string[];
  readonly status: Status;
}

interface Status {
  readonly grpcStatus: string;
  readonly grpcMessage: string;
  readonly grpcStatusDetailsBin?: string;
  /** The same as google.rpc.Status. */
  readonly details?: JsonValue;
}

interface ClientCase {
  readonly name: string;
  readonly direction: "client";
  readonly reply?: Status & { readonly httpStatus?: number; readonly contentType?: string; readonly bodyUtf8?: string };
  /** What the server's health says; whether the client calls it then. */
  readonly healthWatch?: unknown;
  readonly called?: boolean;
  readonly error?: ErrorResult;
}

let peer: Endpoints & AsyncDisposable;
let canned: CannedGrpc;

beforeAll(async () => {
  peer = await startLocalPeer();
  canned = await startCannedGrpc();
});
afterAll(async () => {
  await peer[Symbol.asyncDispose]();
  await canned[Symbol.asyncDispose]();
});

vectorTests<ErrorCase>("errors-grpc", {
  ours: (given) => (given.direction === "server" ? replyOf(given) : callForError(given)),
  theirs(given) {
    if (given.direction === "client") return { called: given.called ?? true, error: comparedError(given.error) };
    const { status, messagesBase64 = [] } = given;
    const { grpcStatus, grpcMessage, details } = status;
    return { grpcStatus, grpcMessage, details, messages: messagesBase64 };
  },
});

async function replyOf({ method, messageType, request }: ServerCase): Promise<unknown> {
  const type = messageTypeOf(messageType);
  const message = toBinary(type, fromJson(type, request));
  const { trailers, messages } = await sendRawGrpc(peer.grpc, { path: method, messages: [message] });
  const details = trailers["grpc-status-details-bin"];
  return {
    grpcStatus: trailers["grpc-status"],
    grpcMessage: trailers["grpc-message"] ?? "",
    details: details === undefined ? undefined : statusOf(String(details)),
    messages: messages.map((bytes) => bytes.toString("base64")),
  };
}

function statusOf(base64: string): JsonValue {
  return toJson(StatusSchema, fromBinary(StatusSchema, Buffer.from(base64, "base64")), { registry });
}

async function callForError({ name, reply, healthWatch }: ClientCase): Promise<unknown> {
  if (reply === undefined && healthWatch === undefined) {
    const sleep = { name, service: "Echo", method: "Sleep", request: { millis: 1000 }, timeoutMillis: 100 };
    return { called: true, error: comparedError((await runCase(sleep, { endpoint: peer.grpc })).error) };
  }
  canned.reply = cannedReply(reply);
  canned.called.length = 0;
  const { error } = await runCase({ name, service: "Echo", method: "GetItem", request: { id: "7" } }, canned);
  return { called: canned.called.includes("/interop.v1.Echo/GetItem"), error: comparedError(error) };
}

function cannedReply(reply: ClientCase["reply"]): CannedGrpcReply {
  const { httpStatus = 200, contentType = "application/grpc", bodyUtf8 } = reply ?? {};
  const headers = { ":status": httpStatus, "content-type": contentType };
  if (bodyUtf8 !== undefined) return { headers, body: bodyUtf8 };
  if (reply === undefined) return { headers, body: "\0\0\0\0\0", trailers: { "grpc-status": "0" } };
  const { grpcStatus, grpcMessage, grpcStatusDetailsBin } = reply;
  const status = { "grpc-status": grpcStatus, "grpc-message": grpcMessage };
  const trailers =
    grpcStatusDetailsBin === undefined ? status : { ...status, "grpc-status-details-bin": grpcStatusDetailsBin };
  return { headers, trailers };
}
