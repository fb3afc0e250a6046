import { HeaderList, type KratosError } from "@kratos-ts/core";
import { cancellationError } from "../client/connection-error.ts";
import type { Exchange, Sending } from "../client/exchange.ts";
import type { EncodedRequest } from "../client/method-request.ts";
import { mergedHeaders } from "../client/request-headers.ts";
import { type FetchRequest, fetchReply, headerListOf, readWhole, statusOf } from "./fetch-reply.ts";
import type { FetchServer } from "./fetch-server.ts";

/** Prepares a request. */
export function createFetchExchange(request: EncodedRequest, { peer, transporter }: Sending<FetchServer>): Exchange {
  const { plan, ownHeader } = transporter;
  const headers = mergedHeaders(plan.headers(request.contentType).list, ownHeader);
  return new FetchExchange(peer, {
    method: plan.verb,
    path: peer.basePath + request.path,
    headers,
    body: request.body,
  });
}

/** An exchange over fetch, which sends again by itself what it may. */
class FetchExchange implements Exchange {
  readonly peer: FetchServer;
  readonly path: string;
  next: Exchange | undefined = undefined;
  readonly again = "never";
  status = 0;
  readonly replied: Promise<void>;
  readonly #request: Omit<FetchRequest, "signal">;
  readonly #abort = new AbortController();
  #header: HeaderList | undefined = undefined;
  #body: Uint8Array = new Uint8Array();
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  constructor(peer: FetchServer, request: Omit<FetchRequest, "signal">) {
    this.peer = peer;
    this.path = request.path;
    this.#request = request;
    this.replied = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  send(): void {
    if (!this.#abort.signal.aborted) this.#run().then(this.#resolve, this.#reject);
  }

  abort(reason: unknown): void {
    this.#fail(cancellationError(reason));
  }

  get replyHeader(): HeaderList {
    this.#header ??= new HeaderList();
    return this.#header;
  }

  get replyTrailer(): HeaderList {
    return new HeaderList();
  }

  replyHeaderValue(name: string): string | undefined {
    return this.#header?.get(name) ?? undefined;
  }

  readBody(): Uint8Array {
    return this.#body;
  }

  async #run(): Promise<void> {
    const response = await fetchReply(this.peer, { ...this.#request, signal: this.#abort.signal });
    this.status = statusOf(response);
    this.#header = headerListOf(response);
    this.#body = await readWhole(response, this.peer);
  }

  #fail(error: KratosError): void {
    this.#reject(error);
    this.#abort.abort();
  }
}
