import { connect, type OutgoingHttpHeaders } from "node:http2";
import { grpcFrame } from "../../testing/raw-grpc.ts";
import type { HostileCase } from "../case.ts";

export interface CallInput {
  readonly name: string;
  /** Added to those of a good call. */
  readonly headers?: OutgoingHttpHeaders | undefined;
  /** Default `/interop.v1.Echo/GetItem`. */
  readonly path?: string | undefined;
  /** Everything after the headers. Default: a whole, empty message. */
  readonly body?: Buffer | undefined;
  /** `grpc N`, `http N` for a reply that is not gRPC's, or `reset N`. */
  readonly expected: string;
}

const limitMs = 8000;

/** A case that makes a call over correct HTTP/2. */
export function callCase({ name, headers, path = "/interop.v1.Echo/GetItem", body, expected }: CallInput): HostileCase {
  return {
    name: `gRPC: ${name}`,
    expected,
    async run({ grpc }) {
      const session = connect(grpc.replace("grpc:", "http:"));
      session.on("error", () => {});
      try {
        return await new Promise<string>((resolve) => {
          setTimeout(resolve, limitMs, "hung").unref();
          let status = "";
          const hear = (received: Record<string, unknown>): void => {
            if (received[":status"] !== undefined) status = `http ${received[":status"]}`;
            if (received["grpc-status"] !== undefined) status = `grpc ${received["grpc-status"]}`;
            const message = decodeURIComponent(String(received["grpc-message"] ?? ""));
            if (/\n {4}at |node:internal/.test(message)) status = `leaked ${message}`;
          };
          const stream = session.request({
            ":method": "POST",
            ":path": path,
            "content-type": "application/grpc",
            te: "trailers",
            ...headers,
          });
          stream
            .on("response", hear)
            .on("trailers", hear)
            .on("error", () => {})
            .resume();
          stream.on("close", () => resolve(status || `reset ${stream.rstCode}`));
          if (stream.writable) stream.end(body ?? grpcFrame(Buffer.alloc(0)));
        });
      } finally {
        session.destroy();
      }
    },
  };
}
