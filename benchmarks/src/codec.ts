// The greeter's messages through protobuf-es: the same codec for every gRPC variant.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type HelloReply,
  HelloReplySchema,
  type HelloRequest,
  HelloRequestSchema,
} from "./gen/helloworld/v1/greeter_pb.ts";

export const decodeRequest = (bytes: Uint8Array): HelloRequest => fromBinary(HelloRequestSchema, bytes);
export const encodeRequest = (name: string): Uint8Array =>
  toBinary(HelloRequestSchema, create(HelloRequestSchema, { name }));
export const decodeReply = (bytes: Uint8Array): HelloReply => fromBinary(HelloReplySchema, bytes);
export const encodeReply = (message: string): Uint8Array =>
  toBinary(HelloReplySchema, create(HelloReplySchema, { message }));
