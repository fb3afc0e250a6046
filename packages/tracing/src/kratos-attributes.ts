import type { CallInfo, Transporter } from "@kratos-ts/core";
import type { Attributes } from "@opentelemetry/api";
import { addressOf, addressOfUrl } from "./address.ts";
import type { CallAttributes } from "./call-plan.ts";
import { urlPartsOf } from "./http-attributes.ts";
import type { TracingOptions } from "./options.ts";
import { serviceNameHeader } from "./service-name.ts";

/** The attributes of Kratos's tracing middleware in Go. */
export function kratosAttributes(info: CallInfo, options: TracingOptions): CallAttributes {
  const { side, kind, method } = info;
  const sizeOf = sizesOf(info, options);
  const [input, output] = side === "server" ? ["recv_msg.size", "send_msg.size"] : ["send_msg.size", "recv_msg.size"];
  return {
    fixed: { "rpc.system": kind, ...namesIn(info.operation) },
    begun(attributes, { ctx: { transport }, req }) {
      if (transport !== undefined && side === "server") {
        putPeer(attributes, transport);
        const caller = transport.requestHeader.get(serviceNameHeader);
        if (caller) attributes["peer.service"] = caller;
      }
      const size = sizeOf(method?.input, req);
      if (size !== undefined) attributes[input as string] = size;
    },
    ended(attributes, { ctx: { transport }, reply, error }) {
      if (transport !== undefined) {
        if (side === "client") putPeer(attributes, transport);
        // A client's path is that of the request once it was sent.
        if (kind === "http") putRequest(attributes, transport);
      }
      const size = sizeOf(method?.output, reply);
      if (size !== undefined) attributes[output as string] = size;
      if (error !== undefined) attributes["rpc.status_code"] = error.code;
    },
  };
}

function namesIn(operation: string): Attributes {
  const [, service, method] = /^\/?([^/]+)\/(.+)$/.exec(operation) ?? [];
  if (service === undefined || method === undefined) return { "rpc.operation": operation };
  return { "rpc.service": service, "rpc.method": method };
}

function putPeer(attributes: Attributes, transport: Transporter): void {
  const peer =
    addressOf(transport.peer) ?? (transport.side === "client" ? addressOfUrl(transport.endpoint) : undefined);
  if (peer === undefined) return;
  attributes["net.peer.ip"] = peer.host;
  // A text, as Kratos has it.
  if (peer.port !== undefined) attributes["net.peer.port"] = String(peer.port);
}

function putRequest(attributes: Attributes, transport: Transporter): void {
  attributes["http.method"] = transport.requestMethod;
  if (transport.pathTemplate !== undefined) attributes["http.route"] = transport.pathTemplate;
  attributes["http.target"] = urlPartsOf(transport.url).path;
}

type SizeOf = (type: NonNullable<CallInfo["method"]>["input"] | undefined, message: unknown) => number | undefined;

/** Of messages alone: a stream is none, nor is what a hand-written route takes and gives. */
function sizesOf({ method }: CallInfo, { messageSize }: TracingOptions): SizeOf {
  if (messageSize === undefined || method === undefined) return () => undefined;
  return (type, message) => {
    if (type === undefined || typeof message !== "object" || message === null) return undefined;
    if (Symbol.asyncIterator in message) return undefined;
    try {
      return messageSize(type, message);
    } catch {
      return undefined; // a span without it is better than a call that fails
    }
  };
}
