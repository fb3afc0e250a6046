import { KratosError } from "@kratos-ts/core";
import { StatusSchema } from "@kratos-ts/core/proto/errors/errors_pb.js";
import type { NegotiatedCodec } from "../../codec/codec-set.ts";
import { type ActivityTimer, activityTimer } from "../../stream/activity-timer.ts";
import { leave } from "../../stream/leave.ts";
import { sseComment, sseEvent } from "../../stream/sse-writer.ts";
import { idleError } from "../../stream/stream-errors.ts";
import type { HttpCall } from "../http-call.ts";
import { addReplyHeaders, setHead } from "../reply.ts";
import type { StreamEncoder } from "./stream-codec.ts";
import { mustStream } from "./stream-reply.ts";

export interface SseReplyInit {
  readonly codec: NegotiatedCodec;
  readonly encode: StreamEncoder;
}

/**
 * The replies of one server-streaming call on their way out. What happens before the first of them is answered as in a
 * unary call; but a stream that stays quiet is opened by a comment, lest a proxy or browser gives it up.
 */
export class SseReply {
  readonly #call: HttpCall;
  readonly #init: SseReplyInit;
  readonly #keepAlive: ActivityTimer | undefined;
  readonly #idle: ActivityTimer | undefined;
  #replies: AsyncIterator<unknown> | undefined = undefined;
  #opened = false;
  #over = false;
  #wake: (() => void) | undefined = undefined;

  constructor(call: HttpCall, init: SseReplyInit) {
    this.#call = call;
    this.#init = init;
    const { streamKeepAliveMs, streamIdleTimeoutMs } = call.core.options;
    this.#keepAlive = activityTimer(streamKeepAliveMs, () => this.#keepOpen());
    this.#idle = activityTimer(streamIdleTimeoutMs, () => call.context.cancel(idleError(streamIdleTimeoutMs)));
  }

  start(stream: unknown): void {
    this.#call.context.onCancel((reason) => this.#cut(reason));
    if (this.#over) return;
    this.#pump(stream).catch((error: unknown) => this.#fail(error));
  }

  async #pump(stream: unknown): Promise<void> {
    const replies = mustStream(stream, this.#call.operation)[Symbol.asyncIterator]();
    this.#replies = replies;
    while (!this.#over) {
      const { done, value } = await replies.next();
      // Whoever set that has called `return` of the replies.
      if (this.#over) return;
      if (done) {
        this.#finish();
        return;
      }
      this.#idle?.touch();
      const event = sseEvent("message", this.#init.encode(value));
      if (!this.#write(event)) await this.#drained();
    }
  }

  /** False when the next one is to wait. */
  #write(event: string | Uint8Array): boolean {
    if (!this.#opened) this.#open();
    if (this.#over) return true;
    const { response, core } = this.#call;
    this.#keepAlive?.touch();
    const more = response.write(event);
    // `compression` holds back what it could still pack.
    if (core.filters.length > 0) (response as { flush?(): void }).flush?.();
    return more;
  }

  #keepOpen(): void {
    try {
      // One that is full has no need to be kept from looking dead.
      if (this.#wake === undefined) this.#write(sseComment);
    } catch (error) {
      this.#fail(error);
    }
  }

  #open(): void {
    const call = this.#call;
    const { response } = call;
    this.#opened = true;
    if (!call.claim()) {
      this.#end();
      leave(this.#replies);
      return;
    }
    const headers = ["Content-Type", "text/event-stream", "Cache-Control", "no-cache", "X-Accel-Buffering", "no"];
    if (response.shouldKeepAlive) headers.push("Connection", "keep-alive");
    addReplyHeaders(call, headers);
    if (call.core.filters.length === 0) response.writeHead(200, headers);
    else setHead(call, 200, headers);
    const wake = (): void => {
      this.#wake?.();
      this.#wake = undefined;
    };
    response.on("drain", wake);
    response.on("close", () => {
      wake();
      call.abandon();
    });
    if (call.requestMethod !== "HEAD") return;
    this.#finish();
    leave(this.#replies);
  }

  #drained(): Promise<void> | undefined {
    if (this.#over || this.#call.response.destroyed) return undefined;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #finish(): void {
    if (this.#opened) this.#call.response.end();
    else this.#call.send(200, "", "");
    this.#end();
  }

  /** The handler, or the encoding of what it gave, has failed. */
  #fail(error: unknown): void {
    const call = this.#call;
    if (this.#over) {
      call.failedLate(error);
      return;
    }
    leave(this.#replies);
    if (this.#opened) this.#endWith(error);
    else {
      call.fail(error);
      this.#end();
    }
  }

  /** The call was cancelled: the caller is gone, the server stops, or time ran out. */
  #cut(reason: unknown): void {
    if (this.#over) return;
    leave(this.#replies);
    // Before the first reply the call answers by itself.
    if (!this.#opened) this.#end();
    else if (KratosError.find(reason)?.code === 499) {
      this.#call.response.end();
      this.#end();
    } else this.#endWith(reason);
  }

  #endWith(error: unknown): void {
    const { response } = this.#call;
    try {
      const status = KratosError.from(error).toStatus();
      const { codec } = this.#init.codec;
      response.end(sseEvent("error", codec.compile(StatusSchema).encode(status)));
    } catch {
      // A codec that can't write an error: all that is left to say is that the rest does not come.
      response.destroy();
    }
    this.#end();
  }

  #end(): void {
    this.#over = true;
    this.#keepAlive?.stop();
    this.#idle?.stop();
    this.#wake?.();
    this.#call.end();
  }
}
