import type { DescMessage, DescMethodUnary, DescService, MessageShape } from "@bufbuild/protobuf";
import type { UnaryResponse } from "@connectrpc/connect";
import type { ClientTransporter } from "./transporter.ts";

/** What Connect's client gets of a unary call. Its headers are made when somebody looks. */
export class UnaryReply<I extends DescMessage, O extends DescMessage> implements UnaryResponse<I, O> {
  readonly stream = false;
  readonly method: DescMethodUnary<I, O>;
  readonly message: MessageShape<O>;
  readonly #transporter: ClientTransporter;

  constructor(method: DescMethodUnary<I, O>, message: MessageShape<O>, transporter: ClientTransporter) {
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
  get trailer(): Headers {
    return this.#transporter.replyTrailer;
  }
}
