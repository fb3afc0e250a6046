import { HeaderList, KratosError } from "@kratos-ts/core";
import { decompress } from "./compression.ts";
import { cancellationError, connectionError } from "./connection-error.ts";
import type { Exchange, SendAgain, Sending } from "./exchange.ts";
import { fromHeaderValue } from "./header-value.ts";
import type { EncodedRequest } from "./method-request.ts";
import type { Peer } from "./peers.ts";
import { ReplyBody } from "./reply-body.ts";
import { requestHeaders } from "./request-headers.ts";
import type { Connection } from "./wire/connection.ts";
import type { ReplyHead } from "./wire/reply-head.ts";
import { requestHead } from "./wire/request-head.ts";
import type { WireRequest } from "./wire/wire-request.ts";

/** What is sent. */
type Outgoing = Pick<WireRequest, "head" | "body" | "isHead" | "isRepeated"> & { readonly path: string };

const withBody = new Set(["POST", "PUT", "PATCH"]);

/** Prepares a request. Throws a KratosError 400 for a path or header that can't be sent. */
export function createWireExchange(
  request: EncodedRequest,
  { peer, transporter, isRepeated }: Sending<Peer>,
): Exchange {
  const { plan, ownHeader } = transporter;
  const { verb: method } = plan;
  const path = peer.basePath + request.path;
  const headers = requestHeaders(plan.headers(request.contentType), { own: ownHeader, host: peer.host });
  const head = requestHead({ method, path, headers });
  // Servers may insist on a length where there could be a body (RFC 9110 §8.6).
  const body = request.body ?? (withBody.has(method) ? "" : null);
  return new WireExchange(peer, { path, head, body, isHead: method === "HEAD", isRepeated });
}

/** An exchange over connections of our own. */
export class WireExchange implements Exchange, WireRequest {
  readonly path: string;
  readonly head: string;
  readonly body: Uint8Array | string | null;
  readonly isHead: boolean;
  readonly isRepeated: boolean;
  connection: Connection | undefined = undefined;
  attempt: Connection | undefined = undefined;
  readonly peer: Peer;
  next: Exchange | undefined = undefined;
  again: SendAgain = "never";
  readonly replied: Promise<void>;
  #reply: ReplyHead | undefined = undefined;
  #trailers: readonly string[] = [];
  #header: HeaderList | undefined = undefined;
  #resolve!: () => void;
  #reject!: (error: KratosError) => void;
  #settled = false;
  readonly #body = new ReplyBody();

  constructor(peer: Peer, request: Outgoing) {
    this.path = request.path;
    this.head = request.head;
    this.body = request.body;
    this.isHead = request.isHead;
    this.isRepeated = request.isRepeated;
    this.peer = peer;
    this.replied = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  send(): void {
    const { pool, maxPending } = this.peer;
    if (pool.pending >= maxPending) this.#giveUp(this.#tooManyCalls());
    if (!this.#settled) pool.send(this);
  }

  abort(reason: unknown): void {
    this.#giveUp(cancellationError(reason));
  }

  get status(): number {
    return this.#reply?.status ?? 0;
  }

  readBody(): Uint8Array | Promise<Uint8Array> {
    const encoding = this.replyHeaderValue("content-encoding");
    const { whole } = this.#body;
    if (encoding === undefined || whole.length === 0 || encoding === "identity") return whole;
    return decompress(whole, encoding.toLowerCase(), this.peer.maxBodyBytes);
  }

  replyHeaderValue(name: string): string | undefined {
    const headers = this.#reply?.headers ?? [];
    for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1];
    return undefined;
  }

  get replyHeader(): HeaderList {
    this.#header ??= headerListOf(this.#reply?.headers ?? []);
    return this.#header;
  }

  get replyTrailer(): HeaderList {
    return headerListOf(this.#trailers);
  }

  onHead(head: ReplyHead): void {
    this.#reply = head;
    if (head.length > this.peer.maxBodyBytes) this.#giveUp(this.#tooLarge());
  }

  onBody(bytes: Uint8Array): void {
    if (this.#body.size + bytes.length > this.peer.maxBodyBytes) this.#giveUp(this.#tooLarge());
    else this.#body.add(bytes, this.#reply?.length ?? 0);
  }

  onEnd(trailers: readonly string[]): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#trailers = trailers;
    this.#resolve();
  }

  onFailure(error: Error, again: SendAgain): void {
    if (this.#settled) return;
    this.#settled = true;
    this.again = again;
    this.#reject(connectionError(error, this.peer));
  }

  #giveUp(error: KratosError): void {
    if (this.#settled) return;
    this.#settled = true;
    this.peer.pool.abort(this);
    this.#reject(error);
  }

  #tooManyCalls(): KratosError {
    const { name, maxQueuedCalls } = this.peer;
    const message = `${maxQueuedCalls} calls wait for a connection to ${name} already (maxQueuedCalls)`;
    return new KratosError({ code: 429, message });
  }

  #tooLarge(): KratosError {
    const { name, maxBodyBytes } = this.peer;
    const message = `the reply of ${name} is larger than maxBodyBytes (${maxBodyBytes})`;
    return new KratosError({ code: 429, message });
  }
}

function headerListOf(headers: readonly string[]): HeaderList {
  return new HeaderList(
    headers.map((text, i) => (i % 2 === 0 ? text : fromHeaderValue(text))),
    { lowerCase: true },
  );
}
