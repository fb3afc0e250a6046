import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { ExchangeReply } from "./http2-exchange.ts";

// How long the rest of a request that was answered early is read and dropped, in ms.
const lingerMs = 2_000;

/** An HTTP/1.1 request whose body is iterated, and its one reply. */
export class Http1Exchange {
  readonly body: AsyncIterable<Uint8Array>;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
    // A body that is refused must not take the connection with it before the refusal is sent.
    this.body = request.iterator({ destroyOnReturn: false });
    request.on("error", ignore);
    response.on("error", ignore);
    response.once("finish", () => this.#dropRest());
  }

  /** The caller has left, or has its reply. */
  get gone(): boolean {
    return this.#response.destroyed || this.#response.closed;
  }

  /** Tells when the caller leaves before its reply is whole. */
  onGone(listener: () => void): void {
    const response = this.#response;
    response.once("close", () => {
      if (!response.writableFinished) listener();
    });
  }

  async reply({ status, headers, body }: ExchangeReply): Promise<void> {
    const response = this.#response;
    if (this.gone) return;
    try {
      response.statusCode = status;
      setHeaders(response, headers);
      if (body === undefined) {
        response.end();
        return;
      }
      // Streams begin with their header: the caller may wait for that.
      if (!headers.includes("content-length")) response.flushHeaders();
      for await (const chunk of body) {
        if (!this.gone && !response.write(chunk)) await this.#drained();
        if (this.gone) return;
        // Of a filter that compresses, which would hold it back.
        (response as { flush?(): void }).flush?.();
      }
      response.end();
    } catch {
      this.abort();
    }
  }

  /** Ends what can't be ended well. */
  abort(): void {
    this.#response.destroy();
  }

  // What is not read by now is of no use. It is read all the same, for a while: to close the connection on a sender
  // could take the reply with it.
  #dropRest(): void {
    const request = this.#request;
    if (request.complete) return;
    const { socket } = request;
    // One that has come whole meanwhile has left the connection to the next request.
    const end = (): void => void (request.complete || socket.destroy());
    const timer = setTimeout(end, lingerMs).unref();
    request.once("close", () => clearTimeout(timer));
    request.resume();
  }

  async #drained(): Promise<void> {
    const left = new AbortController();
    const { signal } = left;
    await Promise.race([once(this.#response, "drain", { signal }), once(this.#response, "close", { signal })]).catch(
      ignore,
    );
    left.abort();
  }
}

// One by one, beside those that filters of a host have set.
function setHeaders(response: ServerResponse, headers: readonly string[]): void {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    const value = headers[i + 1] as string;
    if (name === "vary" || name === "set-cookie") response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
}

function ignore(): void {}
