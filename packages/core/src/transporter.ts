import type { HeaderList } from "./header-list.ts";

/** One call as its transport sees it, the same for HTTP and gRPC, server and client. */
export interface Transporter {
  /** `http`, `grpc` or the kind of another transport. */
  readonly kind: string;
  readonly side: "server" | "client";
  /** The server's own endpoint, or the one a client calls, as a URL such as `grpc://10.0.0.1:9000`. */
  readonly endpoint: string;
  /** `/package.Service/Method`; for a hand-written route its path template. What middleware selects by. */
  readonly operation: string;
  readonly requestHeader: HeaderList;
  readonly replyHeader: HeaderList;
  readonly replyTrailer: HeaderList;
  /** The HTTP verb; `POST` for gRPC. */
  readonly requestMethod: string;
  readonly url: string;
  /** The path template of the matched route; HTTP only. */
  readonly pathTemplate?: string | undefined;
  /** The other side's address (`host:port`), where the transport knows it. */
  readonly peer?: string | undefined;
}
