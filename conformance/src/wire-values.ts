// Headers and errors between the suite's messages and the values that services and clients have.
import { create } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { type Code, ConnectError } from "@connectrpc/connect";
import { type Error as ErrorMessage, type Header, HeaderSchema } from "./gen/connectrpc/conformance/v1/service_pb.ts";

/** The suite splits values at commas by itself. */
export function headerMessages(headers: Headers): Header[] {
  return [...headers].map(([name, value]) => create(HeaderSchema, { name, value: [value] }));
}

/** Adds the suite's headers to a list. */
export function appendHeaders(headers: Headers, messages: readonly { name: string; value: string[] }[]): void {
  for (const { name, value } of messages) for (const one of value) headers.append(name, one);
}

/** The error that a service is told to throw. */
export function errorToThrow(error: ErrorMessage, details: readonly Any[] = []): ConnectError {
  // The codes of Connect are those of gRPC, and so are the suite's.
  const thrown = new ConnectError(error.message ?? "", error.code as number as Code);
  thrown.details = [...error.details, ...details].map((detail) => ({
    type: detail.typeUrl.slice(detail.typeUrl.lastIndexOf("/") + 1),
    value: detail.value,
  }));
  return thrown;
}

/** A message of any type, packed. */
export function packed(typeName: string, value: Uint8Array): Any {
  return create(AnySchema, { typeUrl: `type.googleapis.com/${typeName}`, value });
}
