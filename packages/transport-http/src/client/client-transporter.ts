import { HeaderList, type Transporter } from "@kratos-ts/core";
import type { ClientContext } from "./call-context.ts";
import type { CalledServer } from "./called-server.ts";
import type { MethodPlan } from "./method-plan.ts";

/** What is known of a request once it was sent: an exchange, or a stream. */
export interface SentRequest {
  readonly peer: CalledServer;
  readonly path: string;
  readonly replyHeader: HeaderList;
  readonly replyTrailer: HeaderList;
}

/** One call as middleware sees it; header lists are made when somebody looks. */
export class ClientTransporter implements Transporter {
  /** Of the call itself, whatever contexts middleware makes of it. Set right after both were made. */
  context!: ClientContext;
  /** The last time that the request was sent. */
  exchange: SentRequest | undefined = undefined;
  readonly plan: MethodPlan;
  #endpoint: string;
  #requestHeader: HeaderList | undefined;
  #replyHeader: HeaderList | undefined = undefined;
  #replyTrailer: HeaderList | undefined = undefined;

  constructor(plan: MethodPlan, endpoint: string, header: HeadersInit | undefined) {
    this.plan = plan;
    this.#endpoint = endpoint;
    this.#requestHeader = header === undefined ? undefined : HeaderList.from(header);
  }

  get kind(): string {
    return "http";
  }
  get side(): "client" {
    return "client";
  }
  /** The endpoint option's, until a server is chosen. */
  get endpoint(): string {
    return this.exchange?.peer.name ?? this.#endpoint;
  }
  get peer(): string | undefined {
    return this.exchange?.peer.address;
  }
  get operation(): string {
    return this.plan.operation;
  }
  get requestMethod(): string {
    return this.plan.verb;
  }
  get pathTemplate(): string {
    return this.plan.binding.template.source;
  }
  /** Path and query are those of the request once it is sent, the template before. */
  get url(): string {
    return this.endpoint + (this.exchange?.path ?? this.pathTemplate);
  }
  /** What the call adds to the headers that the transport sends by itself. */
  get requestHeader(): HeaderList {
    this.#requestHeader ??= new HeaderList();
    return this.#requestHeader;
  }
  /** As `requestHeader`, but undefined when nobody has touched it. */
  get ownHeader(): HeaderList | undefined {
    return this.#requestHeader;
  }
  get replyHeader(): HeaderList {
    if (this.exchange !== undefined) return this.exchange.replyHeader;
    this.#replyHeader ??= new HeaderList();
    return this.#replyHeader;
  }
  get replyTrailer(): HeaderList {
    if (this.exchange !== undefined) return this.exchange.replyTrailer;
    this.#replyTrailer ??= new HeaderList();
    return this.#replyTrailer;
  }
}
