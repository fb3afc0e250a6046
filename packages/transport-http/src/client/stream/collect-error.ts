import type { IncomingMessage } from "node:http";
import { KratosError } from "@kratos-ts/core";
import type { ErrorDecoder } from "../reply-error.ts";

/** Makes the error of a reply outside of 200…299, once its body is there. */
export function collectError(
  response: IncomingMessage,
  { maxBodyBytes, decodeError }: { maxBodyBytes: number; decodeError: ErrorDecoder },
): Promise<KratosError> {
  const { statusCode: status = 0, headers } = response;
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    const done = (): void => {
      const body = Uint8Array.from(Buffer.concat(chunks));
      resolve(decodeError({ status, contentType: headers["content-type"], location: headers.location, body }));
    };
    response.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= maxBodyBytes) return;
      resolve(new KratosError({ code: status, cause: new Error(`the reply is larger than ${maxBodyBytes} bytes`) }));
      response.destroy();
    });
    response.on("end", done);
    // What has come of a reply that breaks off is no error that could be read; its status counts all the same.
    response.on("close", done);
  });
}
