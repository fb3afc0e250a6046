import type { Message } from "@bufbuild/protobuf";
import { mergedHeaders } from "../request-headers.ts";
import { headerObject } from "./header-object.ts";
import { planSse } from "./sse-plan.ts";
import { SseStream } from "./sse-stream.ts";
import type { StreamAgents } from "./stream-agents.ts";
import type { StreamCall } from "./stream-call.ts";

/** Makes a server-streaming call: its replies come as Server-Sent Events. Throws a KratosError. */
export async function callSse(
  message: Message,
  call: StreamCall,
  agents: StreamAgents,
): Promise<AsyncIterable<Message>> {
  const { transporter, settings } = call;
  const plan = planSse(message, call);
  const { method, path, body } = plan;
  const idempotent = method === "GET" || method === "PUT" || method === "DELETE";
  const length = body === null ? [] : ["content-length", String(Buffer.byteLength(body))];
  const fixed = [...plan.headers, "user-agent", settings.userAgent, ...length];
  const headers = headerObject(mergedHeaders(fixed, transporter.ownHeader));
  while (true) {
    // The server may close an idle connection just as the request is being sent (RFC 9112 §9.3.1).
    const mayRepeat = (): boolean => idempotent && stream.staleConnection;
    const onEnd = (error: unknown): void => {
      if (!mayRepeat()) call.onEnd(error);
    };
    const request = () => agents.request(call.peer, { method, path, headers });
    const stream: SseStream = new SseStream({ ...call, onEnd }, { ...plan, request });
    transporter.exchange = stream;
    try {
      await stream.opened;
      return stream.replies;
    } catch (error) {
      if (!mayRepeat()) throw error;
    }
  }
}
