import { createRegistry, type DescMessage } from "@bufbuild/protobuf";
import type { Codec } from "@kratos-ts/core";
import { file_errors_errors } from "@kratos-ts/core/proto/errors/errors_pb.js";
import { file_google_api_httpbody } from "@kratos-ts/core/proto/google/api/httpbody_pb.js";
import { file_google_rpc_error_details } from "@kratos-ts/core/proto/google/rpc/error_details_pb.js";
import { file_google_rpc_status } from "@kratos-ts/core/proto/google/rpc/status_pb.js";
import { xmlCodec } from "@kratos-ts/encoding-xml";
import { yamlCodec } from "@kratos-ts/encoding-yaml";
import { createJsonCodec } from "@kratos-ts/transport-http";
import { file_interop_v1_interop } from "../gen/interop/v1/interop_pb.ts";

/** Every type that a message of type Any may hold, or a vector may name. */
export const registry = createRegistry(
  file_interop_v1_interop,
  file_errors_errors,
  file_google_api_httpbody,
  file_google_rpc_status,
  file_google_rpc_error_details,
  ...file_interop_v1_interop.dependencies,
);

/** The codecs that Kratos itself brings and are not built in: protobuf JSON gets the types that an Any may hold. */
export const codecs: readonly Codec[] = [
  ...["json", "protojson"].map((name) => createJsonCodec({ name, registry })),
  xmlCodec(),
  yamlCodec(),
];

/** The type of that full name; a name without a package is of the contract. */
export function messageTypeOf(name: string): DescMessage {
  const found = registry.getMessage(name.includes(".") ? name : `interop.v1.${name}`);
  if (found === undefined) throw new Error(`no message type ${name}`);
  return found;
}
