import type { JsonValue } from "@bufbuild/protobuf";
import { afterAll, beforeAll } from "vitest";
import { Echo } from "../gen/interop/v1/interop_pb.ts";
import { parseJson } from "../peer/json-values.ts";
import { type ErrorResult, type Result, runCase } from "../peer/run.ts";
import { type CannedHttp, startCannedHttp } from "../testing/canned-http.ts";
import { vectorTests } from "./vector-tests.ts";

interface ClientCase {
  readonly name: string;
  readonly service: string;
  readonly method: string;
  /** Either a request, and what is sent for it; */
  readonly requestJson?: JsonValue;
  readonly expect?: SentRequest;
  readonly refused?: ErrorResult;
  /** or a reply, and what the caller gets. */
  readonly reply?: { readonly status: number; readonly contentType: string; readonly bodyUtf8: string };
  readonly result?: { readonly reply?: JsonValue; readonly error?: ErrorResult };
}

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyJson?: unknown;
  readonly bodyUtf8?: string;
}

let canned: CannedHttp;

beforeAll(async () => {
  canned = await startCannedHttp();
});
afterAll(() => canned[Symbol.asyncDispose]());

vectorTests<ClientCase>("http-client", {
  async ours(given) {
    const { status = 200, contentType = "application/protojson", bodyUtf8 = "{}" } = given.reply ?? {};
    canned.reply = { status, contentType, body: bodyUtf8 };
    canned.seen.length = 0;
    const service = given.service.replace("interop.v1.", "");
    const request = given.requestJson ?? pathValues(given.method);
    const call = { name: given.name, service, method: given.method, request };
    const result = await runCase(call, { endpoint: canned.endpoint });
    if (given.reply !== undefined) return outcome(result);
    return { ...sent(given), ...(given.result === undefined ? {} : outcome(result)), ...refusal(result) };
  },
  theirs({ expect, refused, result = {}, reply }) {
    if (reply !== undefined) return outcome(result);
    if (refused !== undefined) return { refused: shortened(refused) };
    const { method, path, headers, bodyJson, bodyUtf8 } = expect as SentRequest;
    return { method, path, headers: negotiation(headers), body: bodyJson ?? bodyUtf8 ?? "", ...outcome(result) };
  },
});

/** What a request needs to be sent at all, where the vector tells of the reply alone. */
function pathValues(name: string): JsonValue {
  const { fields } = Echo.methods.find((method) => method.name === name)!.input;
  return Object.fromEntries(
    fields.filter((field) => field.name === "id" || field.name === "filename").map((field) => [field.name, "7"]),
  );
}

/** The one request that has come in; nothing when there was none. */
function sent({ expect }: ClientCase) {
  const [request] = canned.seen;
  if (request === undefined) return {};
  const { method, path, headers, body } = request;
  const text = body.toString();
  return {
    method,
    path,
    headers: negotiation(headers),
    body: expect?.bodyJson !== undefined || text.startsWith("{") ? parseJson(text) : text,
  };
}

function refusal({ error }: Pick<Result, "error">) {
  return canned.seen.length > 0 || error === undefined ? {} : { refused: shortened(error) };
}

/** Of the headers of a request those that say what its body is and what a reply may be. */
function negotiation(headers: Readonly<Record<string, string | string[] | undefined>>) {
  return { accept: headers.accept, contentType: headers["content-type"] };
}

function outcome({ reply, error }: { reply?: JsonValue; error?: ErrorResult }) {
  if (error !== undefined) return { error: shortened(error) };
  return reply === undefined ? {} : { reply };
}

/** Plain errors, and those of decoding, have Go's own text. */
function shortened({ code, reason, message, plain }: ErrorResult) {
  return plain ? { code, reason } : { code, reason, message };
}
