import type { JsonValue } from "@bufbuild/protobuf";
import { afterAll, beforeAll } from "vitest";
import { parseJson } from "../peer/json-values.ts";
import { type ErrorResult, runCase } from "../peer/run.ts";
import type { Endpoints } from "../peer/server.ts";
import { type CannedFrame, type CannedWebSocket, startCannedWebSocket } from "../testing/canned-websocket.ts";
import { startLocalPeer } from "../testing/local-peer.ts";
import { converse, type Frame, type Step } from "../testing/raw-websocket.ts";
import { comparedError, plainAs } from "./compared-error.ts";
import { vectorTests } from "./vector-tests.ts";

type WebSocketCase = ServerCase | ClientCase;

interface ServerCase {
  readonly name: string;
  readonly direction: "server";
  readonly handshake: { readonly path: string; readonly headers: readonly (readonly [string, string])[] };
  readonly sent?: readonly Step[];
  readonly received?: readonly Frame[];
  /** Instead of frames: there was no upgrade. */
  readonly refused?: { readonly status: number; readonly contentType: string; readonly bodyUtf8: string };
}

interface ClientCase {
  readonly name: string;
  readonly direction: "client";
  readonly method: string;
  readonly requests: readonly JsonValue[] | null;
  /** What the server says once the client has ended its sending. */
  readonly answer: readonly CannedFrame[];
  readonly handshake: { readonly method: string; readonly path: string; readonly headers: Record<string, string> };
  readonly sent: readonly Frame[] | null;
  readonly reply?: JsonValue;
  readonly replies?: readonly JsonValue[];
  readonly error?: ErrorResult;
}

let peer: Endpoints & AsyncDisposable;
let canned: CannedWebSocket;

beforeAll(async () => {
  peer = await startLocalPeer();
  canned = await startCannedWebSocket();
});
afterAll(async () => {
  await peer[Symbol.asyncDispose]();
  await canned[Symbol.asyncDispose]();
});

vectorTests<WebSocketCase>("websocket", {
  ours: (given) => (given.direction === "server" ? serve(given) : call(given)),
  theirs(given) {
    if (given.direction === "client") {
      const { handshake, sent, reply, replies, error } = given;
      return { handshake, sent: sentFrames(sent ?? []), reply, replies: replies ?? [], error: comparedError(error) };
    }
    const { received = [], refused } = given;
    if (refused === undefined) return { frames: received.map(comparedFrame) };
    const { status, contentType, bodyUtf8 } = refused;
    return { status, contentType, body: bodyUtf8.split("\n").map(jsonOrText) };
  },
});

async function serve({ handshake, sent = [] }: ServerCase): Promise<unknown> {
  const outcome = await converse(peer.http, { ...handshake, steps: sent });
  if (!("status" in outcome)) return { frames: outcome.map(comparedFrame) };
  const { status, contentType, body } = outcome;
  return { status, contentType, body: body.split("\n").map(jsonOrText) };
}

/** JSON as a value; of an error that tells why something could not be read only that it does: the text is Go's own. */
function comparedFrame({ type, data, code, reason }: Frame): unknown {
  if (type === "cut") return { type };
  if (type === "close") return { type, code, reason: withoutCodecText(reason ?? "") };
  return { type, data: jsonOrText(withoutCodecText(data ?? "")) };
}

function withoutCodecText(text: string): string {
  return text.replace(/(reason = CODEC message = ).*( metadata = )/s, "$1…$2");
}

function jsonOrText(text: string): unknown {
  const json = text.replace(/^data: /, "");
  return json.startsWith("{") ? parseJson(json) : text;
}

async function call({ name, method, requests, answer, error: theirs }: ClientCase): Promise<unknown> {
  canned.answer = answer;
  canned.handshake = undefined;
  canned.frames = [];
  canned.closed = Promise.resolve();
  const given = { name, service: "Streams", method, requests: requests ?? [] };
  const { reply, replies = [], error } = await runCase(given, canned);
  await canned.closed;
  const handshake = seenHandshake();
  const sent = sentFrames(canned.frames);
  return { ...(handshake && { handshake }), sent, reply, replies, error: comparedError(plainAs(theirs, error)) };
}

function seenHandshake() {
  if (canned.handshake === undefined) return undefined;
  const { method, url, headers } = canned.handshake;
  return { method, path: url, headers: { accept: headers.accept, "content-type": headers["content-type"] } };
}

/** The answer to a close may repeat its reason (RFC 6455 §5.5.1). */
function sentFrames(frames: readonly Frame[]): unknown {
  return frames.map(({ type, data, code }) =>
    type === "close" ? { type, code } : { type, data: jsonOrText(data ?? "") },
  );
}
