import { HeaderList, type Transporter } from "@kratos-ts/core";
import { appendMetadata, metadataOf } from "../../metadata.ts";

/** A request over gRPC-Web or Connect, whichever HTTP it came by. */
export interface WebRequest {
  readonly operation: string;
  readonly method: string;
  /** The whole URL. */
  readonly url: string;
  /** Flat, names in lower case. */
  readonly headers: readonly string[];
  readonly peer: string | undefined;
}

/** Such a call as middleware sees it: of kind `grpc`, since it is the same method of the same server. */
export class WebTransporter implements Transporter {
  readonly kind = "grpc";
  readonly side = "server";
  readonly #request: WebRequest;
  readonly #host: { endpoint(): string };
  #requestHeader: HeaderList | undefined;
  readonly replyHeader: HeaderList = new HeaderList();
  readonly replyTrailer: HeaderList = new HeaderList();

  constructor(request: WebRequest, host: { endpoint(): string }) {
    this.#request = request;
    this.#host = host;
  }

  get operation(): string {
    return this.#request.operation;
  }
  get endpoint(): string {
    return this.#host.endpoint();
  }
  get requestMethod(): string {
    return this.#request.method;
  }
  get url(): string {
    return this.#request.url;
  }
  get peer(): string | undefined {
    return this.#request.peer;
  }
  get requestHeader(): HeaderList {
    this.#requestHeader ??= new HeaderList(metadataOf([...this.#request.headers]), { lowerCase: true });
    return this.#requestHeader;
  }
}

/** Adds what a call has set to the headers that are sent, without what belongs to the protocol. */
export function addMetadata(headers: Headers, list: HeaderList): void {
  if (list.size === 0) return;
  const metadata: string[] = [];
  appendMetadata(metadata, list.flat());
  for (let i = 0; i < metadata.length; i += 2) headers.append(metadata[i] as string, metadata[i + 1] as string);
}
