import { type DescMessage, fromBinary, fromJson, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { afterAll, beforeAll } from "vitest";
import { messageTypeOf, registry } from "../peer/message-types.ts";
import { type Case, runCase } from "../peer/run.ts";
import type { Endpoints } from "../peer/server.ts";
import { type CannedHttp, startCannedHttp } from "../testing/canned-http.ts";
import { startLocalPeer } from "../testing/local-peer.ts";
import { sendRawHttp } from "../testing/raw-http.ts";
import { vectorTests } from "./vector-tests.ts";

interface FormCase {
  readonly name: string;
  readonly direction: "encode" | "decode";
  readonly messageType: string;
  readonly message?: JsonValue;
  readonly query: string;
  readonly error?: string;
}

const form = "application/x-www-form-urlencoded";
const everything = "interop.v1.Everything";
const refused = "refused";

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

vectorTests<FormCase>("form-encoding", {
  async ours(given) {
    const type = messageTypeOf(given.messageType);
    if (given.direction === "decode")
      return given.messageType === everything ? readBody(given.query) : readQuery(given, type);
    const query = await writtenQuery(given);
    return given.messageType === everything ? { form: await writtenForm(given, type), query } : { query };
  },
  theirs({ direction, messageType, message, query, error }) {
    if (direction === "decode") return error === undefined ? normal(message, messageTypeOf(messageType)) : refused;
    const written = error === undefined ? query : refused;
    return messageType === everything ? { form: written, query: written } : { query: written };
  },
});

/** How our server writes the message as the body of a reply. */
async function writtenForm({ message = {} }: FormCase, type: DescMessage): Promise<string> {
  const { status, body } = await sendRawHttp(peer.http, {
    method: "POST",
    path: "/v1/everything",
    headers: [
      ["Content-Type", "application/proto"],
      ["Accept", form],
    ],
    body: toBinary(type, fromJson(type, message, { registry })),
  });
  return status === 200 ? body.toString() : refused;
}

/** How our client writes the message as the query of a request. */
async function writtenQuery({ name, messageType, message }: FormCase): Promise<string> {
  const method = messageType === everything ? "GetEverything" : "ListItems";
  const given: Case = { name, service: "Echo", method, request: message };
  canned.seen.length = 0;
  await runCase(given, canned);
  const path = canned.seen[0]?.path;
  return path === undefined ? refused : path.replace(/^[^?]*\??/, "");
}

/** What our server reads in the body of a request. */
async function readBody(query: string): Promise<JsonValue> {
  return readReply(
    { method: "POST", path: "/v1/everything", contentType: form, body: query },
    messageTypeOf(everything),
  );
}

function readQuery({ query }: FormCase, type: DescMessage): Promise<JsonValue> {
  return readReply({ method: "GET", path: `/v1/items?${query}`, contentType: undefined, body: undefined }, type);
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: string | undefined;
}

async function readReply({ method, path, contentType, body }: Request, type: DescMessage): Promise<JsonValue> {
  const headers: [string, string][] = [["Accept", "application/proto"]];
  if (contentType !== undefined) headers.push(["Content-Type", contentType]);
  const reply = await sendRawHttp(peer.http, { method, path, headers, body });
  return reply.status === 200 ? toJson(type, fromBinary(type, reply.body), { registry }) : refused;
}

/** A message in the one form that is compared: as what arrives of it, since a float is rounded on its way. */
function normal(message: JsonValue = {}, type: DescMessage): JsonValue {
  return toJson(type, fromBinary(type, toBinary(type, fromJson(type, message, { registry }))), { registry });
}
