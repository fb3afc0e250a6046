import { KratosError } from "@kratos-ts/core";
import { acceptsGzip, decompress, gzip } from "../compression.ts";
import { frame, malformed } from "../frame.ts";
import { UnaryBody } from "../unary-body.ts";
import { type CallInit, ServerCall } from "./call.ts";

/** A unary call: its handler runs once the request has come whole, and its reply leaves in one piece. */
export class UnaryCall extends ServerCall {
  readonly #body: UnaryBody;

  constructor(init: CallInit) {
    super(init);
    this.#body = new UnaryBody(init.host.config.maxMessageBytes);
  }

  onData(chunk: Uint8Array): void {
    if (this.over) return;
    try {
      this.#body.push(chunk);
    } catch (error) {
      this.refuse(KratosError.from(error));
    }
  }

  onEnd(): void {
    if (this.over) return;
    try {
      const message = this.#body.finish();
      if (this.#body.compressed) this.#inflate(message);
      else this.#run(message);
    } catch (error) {
      this.refuse(KratosError.from(error));
    }
  }

  onDrain(): void {}

  #inflate(bytes: Uint8Array): void {
    const { head, host } = this.init;
    decompress({ bytes, encoding: head.encoding, maxBytes: host.config.maxMessageBytes }).then(
      (message) => this.#run(message),
      (error) => this.refuse(KratosError.from(error)),
    );
  }

  async #run(bytes: Uint8Array): Promise<void> {
    if (this.over) return;
    const { route, contentType } = this.init;
    const codec = route.codecs[contentType.codec];
    let request: unknown;
    try {
      request = codec.decode(bytes);
    } catch (error) {
      this.refuse(malformed(`the request can't be decoded as ${route.method.input.typeName}: ${textOf(error)}`));
      return;
    }
    let reply: unknown;
    try {
      reply = await route.handler(request, this.ctx);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (this.over) return;
    try {
      this.#reply(codec.encode(reply));
    } catch (error) {
      this.refuse(malformed(`the reply can't be encoded as ${route.method.output.typeName}: ${textOf(error)}`));
    }
  }

  // A caller that compresses gets compressed replies, where that is worth it.
  #reply(message: Uint8Array): void {
    const { head, host } = this.init;
    const wanted = head.encoding === "gzip" && acceptsGzip(head.acceptEncoding);
    if (!wanted || message.length < host.config.compressMinBytes) this.#send(frame(message));
    else {
      gzip(message).then(
        (bytes) => this.#send(frame(bytes, true), true),
        (error) => this.fail(error),
      );
    }
  }

  #send(body: Uint8Array, gzip = false): void {
    if (this.over) return;
    this.over = true;
    this.ctx.end();
    const { stream, host } = this.init;
    // A reply of several frames; those of one are noted when their calls begin.
    if (body.length > maxFrameBytes) host.keptSession(stream.session)?.sent(body.length);
    stream.unary({ headers: this.replyHeaders(gzip), body, trailers: this.okTrailers() });
  }
}

// The least that a receiver must take in one DATA frame (RFC 9113 §4.2), and what most do.
const maxFrameBytes = 16_384;

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
