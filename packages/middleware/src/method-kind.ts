import type { CallInfo } from "@kratos-ts/core";

/** Whether the reply is an AsyncIterable of messages. */
export function streamsReplies({ method }: CallInfo): boolean {
  return method?.methodKind === "server_streaming" || method?.methodKind === "bidi_streaming";
}

/** Whether the request is an AsyncIterable of messages. */
export function streamsRequests({ method }: CallInfo): boolean {
  return method?.methodKind === "client_streaming" || method?.methodKind === "bidi_streaming";
}
