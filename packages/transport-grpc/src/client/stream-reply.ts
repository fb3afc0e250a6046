import type { DescMessage, DescMethodStreaming, DescService, MessageShape } from "@bufbuild/protobuf";
import type { StreamResponse } from "@connectrpc/connect";
import type { ClientTransporter } from "./transporter.ts";

export interface StreamReplyInit<I extends DescMessage, O extends DescMessage> {
  readonly method: DescMethodStreaming<I, O>;
  readonly message: AsyncIterable<MessageShape<O>>;
  readonly transporter: ClientTransporter;
}

/** What Connect's client gets of a streaming call. Its headers are made when somebody looks. */
export class StreamReply<I extends DescMessage, O extends DescMessage> implements StreamResponse<I, O> {
  readonly stream = true;
  readonly method: DescMethodStreaming<I, O>;
  readonly message: AsyncIterable<MessageShape<O>>;
  readonly #transporter: ClientTransporter;

  constructor({ method, message, transporter }: StreamReplyInit<I, O>) {
    this.method = method;
    this.message = message;
    this.#transporter = transporter;
  }

  get service(): DescService {
    return this.method.parent;
  }
  get header(): Headers {
    return this.#transporter.replyHeader;
  }
  /** Complete once the replies have ended. */
  get trailer(): Headers {
    return this.#transporter.replyTrailer;
  }
}

/** A client stream's one reply, as the stream that Connect takes. */
export async function* onlyReply<T>(reply: T): AsyncGenerator<T> {
  yield reply;
}
