import { HeaderList, KratosError } from "@kratos-ts/core";
import type { Dispatcher } from "undici";
import { cancellationError, connectionError } from "./connection-error.ts";
import type { Peer } from "./peers.ts";

/** What is sent. */
export interface ExchangeRequest {
  readonly method: string;
  readonly path: string;
  /** `[name, value, …]`; not changed. */
  readonly headers: string[];
  readonly body: Uint8Array | string | null;
}

/**
 * One request and its reply on the wire: undici reads the request from it and calls its `onX` methods. `replied`
 * settles once, whatever happens.
 */
export class Exchange implements Dispatcher.DispatchOptions, Dispatcher.DispatchHandler {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: string[];
  readonly body: Uint8Array | string | null;
  readonly peer: Peer;
  /** Another exchange of the same call. */
  next: Exchange | undefined = undefined;
  /** The status of the reply; 0 until it has come. */
  status = 0;
  /** What the connection failed with, as undici says it. */
  failure: Error | undefined = undefined;
  readonly replied: Promise<void>;
  #replyHeaders: Readonly<Record<string, string | string[] | undefined>> | undefined = undefined;
  #replyTrailers: Readonly<Record<string, string | string[] | undefined>> | undefined = undefined;
  #header: HeaderList | undefined = undefined;
  #controller: Dispatcher.DispatchController | undefined = undefined;
  #resolve!: () => void;
  #reject!: (error: KratosError) => void;
  #settled = false;
  #body: Uint8Array | undefined = undefined;
  #chunks: Uint8Array[] | undefined = undefined;
  #size = 0;

  constructor(peer: Peer, request: ExchangeRequest) {
    this.origin = peer.origin;
    this.path = request.path;
    this.method = request.method;
    this.headers = request.headers;
    this.body = request.body;
    this.peer = peer;
    this.replied = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  send(): void {
    if (this.#settled) return;
    this.peer.pending++;
    this.peer.dispatcher.dispatch(this, this);
  }

  /** Fails with what cancelled the call, and ends the request on the wire. */
  abort(reason: unknown): void {
    this.#fail(cancellationError(reason));
  }

  /** The whole body of the reply; empty when there is none. No Buffer, since `bytes` fields may be made of it. */
  get replyBody(): Uint8Array {
    const whole = this.#chunks === undefined ? this.#body : Buffer.concat(this.#chunks, this.#size);
    return whole === undefined ? new Uint8Array() : new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
  }

  /** The first value of a header of the reply; `name` in lower case. */
  replyHeaderValue(name: string): string | undefined {
    const value = this.#replyHeaders?.[name];
    return typeof value === "object" ? value[0] : value;
  }

  get replyHeader(): HeaderList {
    this.#header ??= headerListOf(this.#replyHeaders);
    return this.#header;
  }

  get replyTrailer(): HeaderList {
    return headerListOf(this.#replyTrailers);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The call may have been cancelled while it waited for a connection.
    if (this.#settled) controller.abort(aborted);
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    // 1xx replies come before the real one.
    if (status < 200) return;
    this.status = status;
    this.#replyHeaders = headers;
    this.peer.replied = true;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.peer.maxBodyBytes) this.#fail(this.#tooLarge());
    else if (this.#body === undefined) this.#body = chunk;
    else if (this.#chunks === undefined) this.#chunks = [this.#body, chunk];
    else this.#chunks.push(chunk);
  }

  onResponseEnd(_: unknown, trailers: Record<string, string | string[] | undefined>): void {
    this.peer.pending--;
    if (this.#settled) return;
    this.#settled = true;
    this.#replyTrailers = trailers;
    this.#resolve();
  }

  onResponseError(_: unknown, error: Error): void {
    this.peer.pending--;
    if (this.#settled) return;
    this.failure = error;
    this.#fail(connectionError(error, this.peer));
  }

  #fail(error: KratosError): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#reject(error);
    this.#controller?.abort(aborted);
  }

  #tooLarge(): KratosError {
    const { name, maxBodyBytes } = this.peer;
    const message = `the reply of ${name} is larger than maxBodyBytes (${maxBodyBytes})`;
    return new KratosError({ code: 429, message });
  }
}

// One for all: nobody sees it, the call has its own error.
const aborted = new Error("the call is over");

function headerListOf(headers: Readonly<Record<string, string | string[] | undefined>> | undefined): HeaderList {
  const list: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === "string") list.push(name, textOf(value));
    else if (value !== undefined) for (const each of value) list.push(name, textOf(each));
  }
  return new HeaderList(list, { lowerCase: true });
}

const beyondAscii = /[\x80-\xff]/;

// Kratos peers put UTF-8 into headers, which undici reads as Latin-1; what is no UTF-8 stays as that.
function textOf(value: string): string {
  if (!beyondAscii.test(value)) return value;
  const text = Buffer.from(value, "latin1").toString("utf8");
  return text.includes("\ufffd") ? value : text;
}
