import type { CallInfo, Transporter } from "@kratos-ts/core";
import type { Attributes } from "@opentelemetry/api";
import { addressOf, addressOfUrl, putAddress } from "./address.ts";
import type { CallAttributes, EndedCall } from "./call-plan.ts";
import { statusNameOf } from "./grpc-status.ts";
import { httpStatusOf, methodAttributes, urlPartsOf } from "./http-attributes.ts";
import { serviceNameHeader } from "./service-name.ts";

/**
 * The semantic conventions of OpenTelemetry 1.45 (https://opentelemetry.io/docs/specs/semconv/): those of RPC for
 * methods on either transport, and those of HTTP besides. No part of a request is in them, so no query either.
 */
export function standardAttributes(
  info: CallInfo,
  { kratosAttributes }: { kratosAttributes: boolean },
): CallAttributes {
  const { side, kind, method } = info;
  const http = kind === "http";
  const fixed: Attributes = {};
  if (method !== undefined) {
    fixed["rpc.system.name"] = kind;
    if (!kratosAttributes) fixed["rpc.method"] = info.operation.slice(1);
  }
  const begun = side === "server" ? begunOnServer : begunOnClient;
  return {
    fixed,
    begun(attributes, { ctx: { transport } }) {
      if (transport === undefined) return;
      begun(attributes, transport);
      if (http) methodAttributes(attributes, transport.requestMethod);
      if (http && side === "server") putRequest(attributes, transport);
    },
    ended(attributes, call) {
      const { transport } = call.ctx;
      if (transport !== undefined && side === "client") endedOnClient(attributes, transport, http);
      if (http) putHttpStatus(attributes, { call, info });
      if (method !== undefined && !kratosAttributes) attributes["rpc.status_code"] = statusNameOf(call.error);
      if (call.error?.reason) attributes["kratos.reason"] = call.error.reason;
    },
  };
}

function begunOnServer(attributes: Attributes, transport: Transporter): void {
  const peer = addressOf(transport.peer);
  putAddress(attributes, "server", addressOfUrl(transport.url));
  putAddress(attributes, "client", peer);
  putAddress(attributes, "network.peer", peer);
  const caller = transport.requestHeader.get(serviceNameHeader);
  if (caller) attributes["client.service.name"] = caller;
}

function begunOnClient(attributes: Attributes, transport: Transporter): void {
  putAddress(attributes, "server", addressOfUrl(transport.endpoint));
}

/** Which server was called, and how, shows when the request is sent. */
function endedOnClient(attributes: Attributes, transport: Transporter, http: boolean): void {
  putAddress(attributes, "network.peer", addressOf(transport.peer));
  // Until it is sent there is a template alone.
  if (http && transport.peer !== undefined) attributes["url.full"] = transport.url.split(/[?#]/, 1)[0] as string;
}

function putRequest(attributes: Attributes, transport: Transporter): void {
  const { scheme, path } = urlPartsOf(transport.url);
  attributes["url.scheme"] = scheme;
  attributes["url.path"] = path;
  if (transport.pathTemplate !== undefined) attributes["http.route"] = transport.pathTemplate;
  const agent = transport.requestHeader.get("user-agent");
  if (agent !== null) attributes["user_agent.original"] = agent;
}

function putHttpStatus(attributes: Attributes, { call, info }: { call: EndedCall; info: CallInfo }): void {
  const status = httpStatusOf(call, info);
  if (status !== undefined) attributes["http.response.status_code"] = status;
}
