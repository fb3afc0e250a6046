import { HeaderList, type Transporter } from "@kratos-ts/core";
import { metadataOf } from "../metadata.ts";
import type { CallInit } from "./call.ts";

/** One call on the server, as middleware sees it. Header lists are made when somebody looks. */
export class ServerTransporter implements Transporter {
  readonly kind = "grpc";
  readonly side = "server";
  readonly requestMethod = "POST";
  readonly operation: string;
  readonly #call: CallInit;
  #requestHeader: HeaderList | undefined;
  #replyHeader: HeaderList | undefined;
  #replyTrailer: HeaderList | undefined;

  constructor(call: CallInit) {
    this.operation = call.route.operation;
    this.#call = call;
  }

  get endpoint(): string {
    return this.#call.host.endpoint();
  }
  get requestHeader(): HeaderList {
    this.#requestHeader ??= new HeaderList(metadataOf(this.#call.head.headers), { lowerCase: true });
    return this.#requestHeader;
  }
  get replyHeader(): HeaderList {
    this.#replyHeader ??= new HeaderList();
    return this.#replyHeader;
  }
  get replyTrailer(): HeaderList {
    this.#replyTrailer ??= new HeaderList();
    return this.#replyTrailer;
  }
  get url(): string {
    const { host, head } = this.#call;
    return `${host.secure ? "https" : "http"}://${head.authority}${this.operation}`;
  }
  get peer(): string | undefined {
    return this.#call.stream.session.peer;
  }

  /** What was put into `replyHeader`; undefined when nobody did. */
  get replyMetadata(): string[] | undefined {
    return filled(this.#replyHeader);
  }
  /** What was put into `replyTrailer`; undefined when nobody did. */
  get trailerMetadata(): string[] | undefined {
    return filled(this.#replyTrailer);
  }
}

function filled(list: HeaderList | undefined): string[] | undefined {
  return list === undefined || list.size === 0 ? undefined : list.flat();
}
