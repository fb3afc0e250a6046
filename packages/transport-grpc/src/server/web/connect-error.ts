import { ConnectError } from "@connectrpc/connect";
import type { KratosError } from "@kratos-ts/core";
import { type GrpcStatus, plainStatus, statusOf } from "../../status.ts";
import { UnimplementedError } from "../route.ts";

/** What a handler threw, as Connect sends it: the status that a native call would get, details included. */
export function failureOf(thrown: unknown): ConnectError {
  return toConnect(thrown instanceof UnimplementedError ? plainStatus(thrown) : statusOf(thrown), thrown);
}

/** An error of the transport itself, which goes without details. */
export function refusalOf(error: KratosError): ConnectError {
  return toConnect(plainStatus(error), error);
}

function toConnect({ code, message, details, metadata }: GrpcStatus, cause: unknown): ConnectError {
  const headers = metadata === undefined ? undefined : new Headers([...metadata]);
  const error = new ConnectError(message, code, headers, undefined, cause);
  error.details = details.map(({ typeUrl, value }) => ({ type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1), value }));
  return error;
}
