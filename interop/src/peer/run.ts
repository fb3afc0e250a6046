import { type DescMessage, type DescMethod, fromJson, type JsonValue, type Message, toJson } from "@bufbuild/protobuf";
import type { CallOptions } from "@connectrpc/connect";
import {
  appInfoKey,
  CallContext,
  type Context,
  clientMetadataKey,
  KratosError,
  Metadata,
  runInContext,
} from "@kratos-ts/core";
import { type Caller, dial, services } from "./dial.ts";
import { registry } from "./message-types.ts";

/** One call to make; the same shape as the Go peer's. */
export interface Case {
  readonly name: string;
  /** `http://host:port` or `grpc://host:port`. */
  readonly endpoint?: string | undefined;
  readonly service: string;
  readonly method: string;
  /** One message, or several for a stream; protojson. */
  readonly request?: JsonValue | undefined;
  readonly requests?: readonly JsonValue[] | undefined;
  /** Client metadata of the call; constants of the metadata middleware. */
  readonly metadata?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly constants?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly tracing?: boolean | undefined;
  /** The name of the calling app. */
  readonly app?: string | undefined;
  /** 0: the transport's default. */
  readonly timeoutMillis?: number | undefined;
}

/** A reply, or replies for a server's stream, or an error (after what had come until then). */
export interface Result {
  name: string;
  reply?: JsonValue;
  replies?: JsonValue[];
  error?: ErrorResult;
}

/** The error that the caller got. `plain` tells that it was none of the framework's. */
export interface ErrorResult {
  code: number;
  reason: string;
  message: string;
  metadata?: Record<string, string>;
  plain?: true;
  cause?: string;
}

export interface RunOptions {
  /** Of cases that name none. */
  endpoint: string;
  /** The codec of HTTP calls. Default: the transport's own. */
  codec?: string | undefined;
}

/** Makes the call. */
export async function runCase(given: Case, options: RunOptions): Promise<Result> {
  const result: Result = { name: given.name };
  try {
    const method = methodOf(given);
    const { endpoint = options.endpoint, metadata, constants, tracing, timeoutMillis } = given;
    await using caller = dial({
      endpoint,
      metadata: metadata !== undefined || constants !== undefined,
      constants,
      tracing,
      timeoutMs: timeoutMillis || undefined,
      codec: options.codec,
    });
    await runInContext(contextOf(given), () => call({ caller, method, given, result }));
  } catch (error) {
    result.error = errorOf(error);
  }
  return result;
}

function methodOf({ service, method }: Case): DescMethod {
  const found = services[service];
  if (found === undefined) throw new UnknownName(`no service ${service}`);
  const desc = found.methods.find(({ name }) => name === method);
  if (desc === undefined) throw new UnknownName(`no method ${method}`);
  return desc;
}

class UnknownName extends Error {}

/** What surrounds the call: the calling app and the metadata that it sends. */
function contextOf({ app, metadata }: Case): Context {
  const ctx = new CallContext({}).with(clientMetadataKey, metadata && new Metadata(metadata));
  if (app === undefined) return ctx;
  return ctx.with(appInfoKey, { id: app, name: app, version: "", metadata: {}, endpoints: [] });
}

interface Call {
  readonly caller: Caller;
  readonly method: DescMethod;
  readonly given: Case;
  readonly result: Result;
}

// A client's methods differ in their types; which one it is shows at run time only.
type Unary = (request: Message | AsyncIterable<Message>, options?: CallOptions) => Promise<Message>;
type Streaming = (request: Message | AsyncIterable<Message>, options?: CallOptions) => AsyncIterable<Message>;

async function call({ caller, method, given, result }: Call): Promise<void> {
  const { input, output, methodKind, localName } = method;
  const client = caller[method.parent.name as keyof Caller] as unknown as Record<string, unknown>;
  const streams = methodKind === "client_streaming" || methodKind === "bidi_streaming";
  const messages = (given.requests ?? []).map((request) => read(input, request));
  const request = streams ? sendAll(messages) : read(input, given.request ?? {});
  // The limit of a transport is for unary calls; a stream's is its own.
  const options = { timeoutMs: methodKind === "unary" ? undefined : given.timeoutMillis || undefined };
  if (methodKind === "unary" || methodKind === "client_streaming") {
    result.reply = write(output, await (client[localName] as Unary)(request, options));
    return;
  }
  const replies: JsonValue[] = [];
  try {
    for await (const reply of (client[localName] as Streaming)(request, options)) replies.push(write(output, reply));
  } finally {
    if (replies.length > 0) result.replies = replies;
  }
}

const read = (type: DescMessage, json: JsonValue): Message => fromJson(type, json, { registry });
const write = (type: DescMessage, message: Message): JsonValue => toJson(type, message, { registry });

async function* sendAll(messages: readonly Message[]): AsyncGenerator<Message> {
  yield* messages;
}

function errorOf(thrown: unknown): ErrorResult {
  if (thrown instanceof UnknownName) return { code: 0, reason: "", message: thrown.message, plain: true };
  const found = KratosError.find(thrown);
  const { code, reason, message, metadata, cause } = found ?? KratosError.from(thrown);
  const result: ErrorResult = { code, reason, message };
  if (Object.keys(metadata).length > 0) result.metadata = { ...metadata };
  if (found === undefined) result.plain = true;
  else if (cause !== undefined) result.cause = cause instanceof Error ? cause.message : String(cause);
  return result;
}
