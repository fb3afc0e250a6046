import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import type { HttpBodySchema } from "@kratos-ts/core/proto/google/api/httpbody_pb.js";

/** Whether messages of this type pass through as they are, bytes and content type: `google.api.HttpBody`. */
export function isHttpBody(type: DescMessage | undefined): boolean {
  return type?.typeName === "google.api.HttpBody";
}

/** The parts of a `google.api.HttpBody` that HTTP carries; of a message or an init of one. */
export interface RawBody {
  readonly contentType?: string | undefined;
  readonly data?: Uint8Array | undefined;
}

/** A message of the type `desc`, which is some copy of `google.api.HttpBody`. */
export function rawBody(desc: DescMessage, { contentType = "", data = new Uint8Array() }: RawBody): Message {
  return create(desc as typeof HttpBodySchema, { contentType, data });
}
