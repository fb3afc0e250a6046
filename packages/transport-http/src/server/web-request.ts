import { KratosError } from "@kratos-ts/core";
import { explainBody } from "./explain-body.ts";
import type { HttpCall } from "./http-call.ts";
import { allowBody, bodyTooLarge, declaredLength, hasBody } from "./request-body.ts";

export interface WebRequestOptions {
  /** Path and query, when they are not the request's own. */
  readonly target?: string | undefined;
  /** The largest body in bytes. */
  readonly limit: number;
}

/** The call as a web-standard Request; its signal aborts with the call, its body fails with 413 beyond the limit, with 400 when it is malformed. */
export function webRequest(call: HttpCall, { target, limit }: WebRequestOptions): Request {
  const { request } = call;
  const method = request.method as string;
  const bodyless = method === "GET" || method === "HEAD" || !hasBody(request);
  const { origin } = originOf(call);
  try {
    return explainBody(
      new Request(origin + (target ?? request.url), {
        method,
        headers: [...call.requestHeader],
        signal: call.context.signal,
        ...(bodyless ? {} : { body: bodyStream(call, limit), duplex: "half" }),
      } as RequestInit),
    );
  } catch (cause) {
    throw new KratosError({ code: 400, message: `the request can't be read: ${(cause as Error).message}`, cause });
  }
}

function originOf(call: HttpCall): URL {
  try {
    return new URL(call.url);
  } catch (cause) {
    throw new KratosError({ code: 400, message: "the Host header is no host name", cause });
  }
}

// Read on demand: nothing is buffered beyond what node has read already.
function bodyStream(call: HttpCall, limit: number): ReadableStream<Uint8Array> {
  const { request } = call;
  let size = 0;
  let started = false;
  const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    started = true;
    allowBody(call);
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) {
        controller.enqueue(chunk);
        request.pause();
      } else {
        controller.error(bodyTooLarge(limit));
        request.removeAllListeners("data");
        request.resume();
      }
    });
    request.on("end", () => close(controller));
    request.on("error", (error) => controller.error(error));
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (declaredLength(request) > limit) controller.error(bodyTooLarge(limit));
        else if (request.readableEnded) controller.close();
        else if (started) request.resume();
        else start(controller);
      },
      cancel() {
        request.removeAllListeners("data");
        request.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

function close(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close();
  } catch {
    // It had failed or was cancelled before.
  }
}
