import { fromBinary, toJson } from "@bufbuild/protobuf";
import { parseJson } from "../peer/json-values.ts";
import { messageTypeOf } from "../peer/message-types.ts";
import { sendRawHttp } from "../testing/raw-http.ts";

/** A raw request and the reply to it, as http-transcoding and errors-http have them. */
export interface HttpCase {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers?: readonly (readonly [string, string])[];
    readonly bodyUtf8?: string;
    readonly bodyBase64?: string;
  };
  readonly response: {
    readonly status: number;
    readonly contentType: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly bodyJson?: unknown;
    readonly bodyUtf8?: string;
    readonly bodyBase64?: string;
    readonly messageType?: string;
  };
}

/** What of a reply is compared; undefined where the vector does not say it. */
export interface ComparedReply {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

/** Sends the request of a case to a server of ours. */
export async function exchange(endpoint: string, given: HttpCase): Promise<ComparedReply> {
  const { bodyUtf8, bodyBase64, ...head } = given.request;
  const body = bodyUtf8 ?? (bodyBase64 === undefined ? undefined : Buffer.from(bodyBase64, "base64"));
  const { status, headers, body: replyBody } = await sendRawHttp(endpoint, { ...head, body });
  const compared = Object.keys(given.response.headers ?? {}).map((name) => [name, headers[name]]);
  return {
    status,
    contentType: headers["content-type"] ?? "",
    headers: Object.fromEntries(compared),
    body: bodyOf(replyBody, given),
  };
}

/** What the recorded peer replied. */
export function recorded({ response }: HttpCase): ComparedReply {
  const { status, contentType, headers = {}, bodyJson, bodyUtf8, bodyBase64 } = response;
  return { status, contentType, headers, body: comparable(bodyJson) ?? bodyUtf8 ?? bodyBase64 };
}

function bodyOf(body: Buffer, { response }: HttpCase): unknown {
  const { bodyJson, bodyUtf8, bodyBase64, messageType } = response;
  if (messageType !== undefined) {
    const type = messageTypeOf(messageType);
    return comparable(toJson(type, fromBinary(type, body)));
  }
  if (bodyJson !== undefined) return comparable(jsonOrText(body.toString()));
  if (bodyUtf8 !== undefined) return body.toString();
  return bodyBase64 === undefined ? undefined : body.toString("base64");
}

function jsonOrText(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** A value without the message of an error where that is Go's own text. */
function comparable(body: unknown): unknown {
  const value = withoutSignOfZero(body);
  if (typeof value !== "object" || value === null || (value as { reason?: unknown }).reason !== "CODEC") return value;
  const { message: _, ...rest } = value as { message?: unknown };
  return rest;
}

/** The recorder wrote -0 as 0. */
function withoutSignOfZero(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSignOfZero);
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSignOfZero(item)]));
}
