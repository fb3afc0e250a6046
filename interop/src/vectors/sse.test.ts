import { once } from "node:events";
import { type IncomingMessage, request as startRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import type { JsonValue } from "@bufbuild/protobuf";
import { afterAll, beforeAll } from "vitest";
import { parseJson } from "../peer/json-values.ts";
import { type ErrorResult, runCase } from "../peer/run.ts";
import type { Endpoints } from "../peer/server.ts";
import { type CannedBytes, startCannedBytes } from "../testing/canned-bytes.ts";
import { startLocalPeer } from "../testing/local-peer.ts";
import { comparedError, plainAs } from "./compared-error.ts";
import { vectorTests } from "./vector-tests.ts";

type SseCase = ServerCase | ClientCase;

interface ServerCase {
  readonly name: string;
  readonly direction: "server";
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly bodyUtf8?: string;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly bodyUtf8: string;
  };
}

interface ClientCase {
  readonly name: string;
  readonly direction: "client";
  /** As it goes onto the connection. */
  readonly rawReply: string;
  readonly sent: { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string>> };
  readonly replies: readonly JsonValue[] | null;
  readonly error?: ErrorResult;
}

let peer: Endpoints & AsyncDisposable;
let canned: CannedBytes;

beforeAll(async () => {
  peer = await startLocalPeer();
  canned = await startCannedBytes();
});
afterAll(async () => {
  await peer[Symbol.asyncDispose]();
  await canned[Symbol.asyncDispose]();
});

vectorTests<SseCase>("sse", {
  ours: (given) => (given.direction === "server" ? exchange(given) : call(given)),
  theirs(given) {
    if (given.direction === "client") {
      const { sent, replies, error } = given;
      return { sent, replies: replies ?? [], error: comparedError(error) };
    }
    const { status, headers, bodyUtf8 } = given.response;
    return { status, headers, body: comparedBody(bodyUtf8) };
  },
});

async function exchange({ request, response }: ServerCase): Promise<unknown> {
  const { bodyUtf8, path, method, headers } = request;
  const sent = startRequest(peer.http + path, { method, headers: Object.fromEntries(headers) });
  sent.end(bodyUtf8);
  const [reply] = (await once(sent, "response")) as [IncomingMessage];
  const body = await buffer(reply);
  const told = Object.keys(response.headers).map((name) => [name, reply.headers[name]]);
  return { status: reply.statusCode, headers: Object.fromEntries(told), body: comparedBody(body.toString()) };
}

/** The lines of a stream, or an error; JSON as values. */
function comparedBody(body: string): unknown {
  if (!body.startsWith("event:")) return comparedJson(body);
  return body.split("\n").map((line) => (line.startsWith("data: {") ? { data: comparedJson(line.slice(6)) } : line));
}

/** Without the message where that is Go's own text. */
function comparedJson(text: string): unknown {
  if (!text.startsWith("{")) return text;
  const value = parseJson(text) as Record<string, unknown>;
  return value.reason === "CODEC" ? { code: value.code, reason: value.reason } : value;
}

async function call({ name, rawReply, error: theirs }: ClientCase): Promise<unknown> {
  canned.reply = rawReply;
  canned.heads.length = 0;
  const given = { name, service: "Streams", method: "Count", request: { upto: 3, label: "l" } };
  const { replies = [], error } = await runCase(given, canned);
  return { sent: sentHead(canned.heads[0]), replies, error: comparedError(plainAs(theirs, error)) };
}

function sentHead(head = "") {
  const [line = "", ...lines] = head.split("\r\n");
  const [method, path] = line.split(" ");
  const headers = Object.fromEntries(lines.map((each) => each.toLowerCase().split(": ", 2)));
  return { method, path, headers: { accept: headers.accept, "content-type": headers["content-type"] } };
}
