import { HeaderList, type Transporter } from "@kratos-ts/core";
import { metadataOf } from "../metadata.ts";

const none: readonly string[] = [];

/** One call of a client, as middleware sees it. Header lists are made when somebody looks. */
export class ClientTransporter implements Transporter {
  readonly kind = "grpc";
  readonly side = "client";
  readonly requestMethod = "POST";
  readonly operation: string;
  /** Of the address that was called last; before that, the transport's own. */
  endpoint: string;
  peer: string | undefined;
  readonly #init: HeadersInit | undefined;
  #requestHeader: HeaderList | undefined;
  #headers = none;
  #trailers = none;
  #replyHeader: HeaderList | undefined;
  #replyTrailer: HeaderList | undefined;

  constructor(call: { operation: string; endpoint: string; headers: HeadersInit | undefined }) {
    this.operation = call.operation;
    this.endpoint = call.endpoint;
    this.#init = call.headers;
  }

  get requestHeader(): HeaderList {
    this.#requestHeader ??= HeaderList.from(this.#init);
    return this.#requestHeader;
  }
  get replyHeader(): HeaderList {
    this.#replyHeader ??= new HeaderList(metadataOf(this.#headers), { lowerCase: true });
    return this.#replyHeader;
  }
  get replyTrailer(): HeaderList {
    this.#replyTrailer ??= new HeaderList(metadataOf(this.#trailers), { lowerCase: true });
    return this.#replyTrailer;
  }
  get url(): string {
    return this.endpoint + this.operation;
  }

  /** What to send as metadata; undefined when nobody gave any. */
  get metadata(): readonly string[] | undefined {
    if (this.#requestHeader === undefined && this.#init === undefined) return undefined;
    return this.requestHeader.flat();
  }

  /** The header blocks of a reply, in the place of those of an earlier attempt. */
  replied(headers: readonly string[] | undefined, trailers: readonly string[] | undefined): void {
    this.#headers = headers ?? none;
    this.#trailers = trailers ?? none;
    this.#replyHeader = undefined;
    this.#replyTrailer = undefined;
  }
}
