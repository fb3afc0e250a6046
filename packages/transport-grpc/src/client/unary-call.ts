import { type Context, KratosError } from "@kratos-ts/core";
import { decompress, gzip } from "../compression.ts";
import { frame } from "../frame.ts";
import { findHeader } from "../metadata.ts";
import { errorOf } from "../status.ts";
import { UnaryBody } from "../unary-body.ts";
import { ClientCall, compressMinBytes } from "./call.ts";
import type { ClientMethod } from "./client-method.ts";

/** One unary call on the wire: from the request message to the reply message or a KratosError. */
export class UnaryCall extends ClientCall {
  readonly #reply: UnaryBody;
  #resolve!: (reply: unknown) => void;
  #reject!: (error: KratosError) => void;

  constructor(method: ClientMethod, ctx: Context) {
    super(method, ctx);
    this.#reply = new UnaryBody(method.settings.maxMessageBytes);
  }

  run(request: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      try {
        this.#begin(request);
      } catch (error) {
        this.fail(KratosError.from(error));
      }
    });
  }

  onData(chunk: Uint8Array): void {
    if (this.over) return;
    try {
      this.#reply.push(chunk);
    } catch (error) {
      this.fail(KratosError.from(error));
    }
  }

  onEnd(): void {
    if (this.over) return;
    this.stream = undefined;
    try {
      const error = errorOf(this.trailers ?? []);
      if (error !== undefined) throw error;
      const message = this.#reply.finish();
      if (this.#reply.compressed) this.#inflate(message);
      else this.#succeed(message);
    } catch (error) {
      this.fail(KratosError.from(error));
    }
  }

  onDrain(): void {}

  protected failed(error: KratosError): void {
    this.#reject(error);
  }

  #begin(request: unknown): void {
    if (!this.prepare()) return;
    const bytes = this.encode(request);
    if (this.method.settings.gzip && bytes.length >= compressMinBytes) this.#deflate(bytes);
    else {
      this.body = frame(bytes);
      this.dispatch();
    }
  }

  #deflate(bytes: Uint8Array): void {
    gzip(bytes).then(
      (compressed) => {
        this.body = frame(compressed, true);
        this.dispatch();
      },
      (error) => this.fail(KratosError.from(error)),
    );
  }

  #inflate(bytes: Uint8Array): void {
    const encoding = findHeader(this.headers ?? [], "grpc-encoding");
    decompress({ bytes, encoding, maxBytes: this.method.settings.maxMessageBytes }).then(
      (message) => this.#succeed(message),
      (error) => this.fail(KratosError.from(error)),
    );
  }

  #succeed(bytes: Uint8Array): void {
    if (this.over) return;
    try {
      const message = this.decode(bytes);
      this.end();
      this.#resolve(message);
    } catch (error) {
      this.fail(KratosError.from(error));
    }
  }
}
