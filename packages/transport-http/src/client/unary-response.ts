import type { DescMessage, DescMethodUnary, DescService, MessageShape } from "@bufbuild/protobuf";
import type { UnaryResponse } from "@connectrpc/connect";
import type { ClientTransporter } from "./client-transporter.ts";
import { messageOf } from "./method-plan.ts";

/** A reply as Connect's clients take it; headers are made only for callers who ask for them. */
export class HttpUnaryResponse<I extends DescMessage, O extends DescMessage> implements UnaryResponse<I, O> {
  readonly stream = false as const;
  readonly method: DescMethodUnary<I, O>;
  readonly message: MessageShape<O>;
  readonly #transporter: ClientTransporter;

  /** `reply` is what the middleware gave back: a message, or an init of one. */
  constructor(method: DescMethodUnary<I, O>, transporter: ClientTransporter, reply: unknown) {
    this.method = method;
    this.message = messageOf(method.output, reply) as MessageShape<O>;
    this.#transporter = transporter;
  }

  get service(): DescService {
    return this.method.parent;
  }
  get header(): Headers {
    return this.#transporter.replyHeader;
  }
  get trailer(): Headers {
    return this.#transporter.replyTrailer;
  }
}
